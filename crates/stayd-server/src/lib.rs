//! The HTTP face of Stayd.
