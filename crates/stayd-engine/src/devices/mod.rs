//! Where people are signed in: browsers, devices and places.

mod inventory;
#[cfg(feature = "maxmind")]
mod maxmind;
mod place;
mod user_agent;

pub use inventory::InventoryEntry;
#[cfg(feature = "maxmind")]
pub use maxmind::{MaxMindPlaces, PlacesError};
pub use place::{NoPlaces, Place, Places};
pub use user_agent::{Browser, DeviceClass, Platform, UserAgent};
