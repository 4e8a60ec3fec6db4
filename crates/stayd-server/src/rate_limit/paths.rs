//! What one address asks for.

use super::rule::LONGEST_WINDOW;
use super::window::Window;
use stayd_protocol::Timestamp;

/// More paths than there are routes; beyond these an address only invents them.
const PATHS: usize = 48;

/// The windows of one address, by path. Paths beyond the first few dozen share one window: otherwise inventing paths would be a way to
/// make as many requests as one likes, and to fill our memory.
#[derive(Debug, Default)]
pub(super) struct Paths {
    known: Vec<(u128, Window)>,
    others: Window,
}

impl Paths {
    /// The window of a path. A path that is new takes the place of one that nobody has asked for in the longest window there is.
    pub(super) fn window(&mut self, path: u128, now: Timestamp) -> &mut Window {
        if let Some(at) = self.known.iter().position(|(known, _)| *known == path) {
            return self.at(at);
        }
        if self.known.len() < PATHS {
            self.known.push((path, Window::default()));
            return self.at(self.known.len() - 1);
        }
        let is_stale = |window: &Window| window.quiet_for(now) >= LONGEST_WINDOW;
        match self.known.iter().position(|(_, window)| is_stale(window)) {
            Some(at) => {
                if let Some(place) = self.known.get_mut(at) {
                    *place = (path, Window::default());
                }
                self.at(at)
            }
            None => &mut self.others,
        }
    }

    fn at(&mut self, at: usize) -> &mut Window {
        match self.known.get_mut(at) {
            Some((_, window)) => window,
            None => &mut self.others,
        }
    }
}
