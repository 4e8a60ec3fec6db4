//! What ARCHITECTURE.md and CONTRIBUTING.md say about the repository, held against the repository.

mod dependencies;
mod documents;
mod files;
mod imports;
mod packages;
mod repository;
