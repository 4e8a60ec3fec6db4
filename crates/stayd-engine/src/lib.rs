//! The session system without HTTP.
