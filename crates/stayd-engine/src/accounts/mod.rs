//! People: how they sign up, sign in, prove an address, change and leave.

mod change_email;
mod common_passwords;
mod delete;
mod disable;
mod linked;
mod password;
mod profile;
mod reset_password;
mod sign_in;
mod sign_up;
mod step_up;
mod verify_email;

pub use delete::Deletion;
pub use password::{PasswordChange, PasswordChanged};
pub use sign_in::SignIn;
pub use sign_up::{SignUp, SignedUp};
pub use verify_email::{Verified, VerifiedUser};
