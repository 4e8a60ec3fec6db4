//! What travels between a Stayd server and its clients.
