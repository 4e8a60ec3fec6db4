//! Where people are signed in: browsers, devices and places.

mod user_agent;

pub use user_agent::{Browser, DeviceClass, Platform, UserAgent};
