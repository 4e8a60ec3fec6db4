//! What is looked for, and what follows.

use super::NetworkSize;
use std::time::Duration;

/// What follows an event. Each holds those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reaction {
    /// It is not even looked for.
    Ignore,
    /// A line in the log.
    Log,
    /// And a letter to the person.
    Notify,
    /// And what was proved in the session counts no more: what is sensitive asks for the password.
    StepUp,
    /// And the session ends.
    End,
}

impl Reaction {
    /// Every reaction, the mildest first.
    pub const ALL: [Self; 5] = [Self::Ignore, Self::Log, Self::Notify, Self::StepUp, Self::End];

    /// The name in the configuration and in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Log => "log",
            Self::Notify => "notify",
            Self::StepUp => "step-up",
            Self::End => "end",
        }
    }

    /// The reaction of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reaction| reaction.name() == name)
    }
}

/// What follows each event, and where one begins (AA-10, AA-18). The default is for the preset `better-auth`: what people see stays as that
/// package has it, what operators see is more.
#[derive(Debug, Clone)]
pub struct SecurityPolicy {
    /// A request comes from another browser, platform or network than its session; [`Reaction::Ignore`] switches the comparison off.
    pub fingerprint: Reaction,
    /// So much difference is an event (see [`super::Fingerprint::drift`]).
    pub fingerprint_threshold: u8,
    /// What counts as one network.
    pub network: NetworkSize,
    /// A sign-in from a device that its person has not signed in from before.
    pub new_device: Reaction,
    /// A sign-in from a place that its person has not signed in from before.
    pub new_place: Reaction,
    /// A sign-in so far from the last one that nobody travels so fast.
    pub impossible_travel: Reaction,
    /// A token is shown again after its successor was used and its grace has passed.
    pub token_reuse: Reaction,
    /// The password or the address was changed, or sessions were ended from elsewhere. At most [`Reaction::Notify`].
    pub account_changed: Reaction,
    /// Nobody travels faster (km/h). An airliner does 900.
    pub fastest_kmh: u32,
    /// Nearer places are never too far apart (km): addresses are often placed wrong by so much.
    pub nearest_km: u32,
    /// How many devices of one person are remembered. A browser without a device cookie is one in each network it is used in.
    pub devices_at_most: usize,
    /// A device unseen for so long is forgotten.
    pub devices_kept: Duration,
}

impl SecurityPolicy {
    /// For the preset `strict`.
    pub fn strict() -> Self {
        Self {
            fingerprint: Reaction::Log,
            new_device: Reaction::Notify,
            new_place: Reaction::Notify,
            impossible_travel: Reaction::Notify,
            token_reuse: Reaction::Notify,
            ..Self::default()
        }
    }

    /// Whether any sign-in is looked at.
    pub(crate) fn looks_at_sign_ins(&self) -> bool {
        [self.new_device, self.new_place, self.impossible_travel].iter().any(|it| *it != Reaction::Ignore)
    }
}

impl Default for SecurityPolicy {
    fn default() -> Self {
        Self {
            fingerprint: Reaction::Ignore,
            fingerprint_threshold: 50,
            network: NetworkSize::default(),
            new_device: Reaction::Log,
            new_place: Reaction::Log,
            impossible_travel: Reaction::Log,
            token_reuse: Reaction::Log,
            account_changed: Reaction::Notify,
            fastest_kmh: 1000,
            nearest_km: 500,
            devices_at_most: 40,
            devices_kept: Duration::from_hours(24 * 180),
        }
    }
}
