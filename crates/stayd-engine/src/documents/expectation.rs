//! What a document must be like for a change to be made: the conditions of RFC 9110, part 13.1.

use crate::store::Revision;

/// What whoever changes a document expects of it. Expects nothing by default: then the last one to come wins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expectation {
    /// It is one of these (`If-Match`).
    pub is: Option<States>,
    /// It is none of these (`If-None-Match`).
    pub is_not: Option<States>,
}

/// States of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum States {
    /// Whatever it is, it is there.
    Any,
    /// One of these was its last change.
    These(Vec<Revision>),
}

impl States {
    /// Whether a document with this last change (`None`: there is none) is in one of them.
    pub fn include(&self, present: Option<Revision>) -> bool {
        match (self, present) {
            (_, None) => false,
            (Self::Any, Some(_)) => true,
            (Self::These(revisions), Some(present)) => revisions.contains(&present),
        }
    }
}

impl Expectation {
    /// It is there, and this was its last change.
    pub fn of(revision: Revision) -> Self {
        Self { is: Some(States::These(vec![revision])), is_not: None }
    }

    /// There is no such document.
    pub fn of_none() -> Self {
        Self { is: None, is_not: Some(States::Any) }
    }

    /// Whether a document is as expected.
    pub fn is_met_by(&self, present: Option<Revision>) -> bool {
        self.is.as_ref().is_none_or(|states| states.include(present))
            && !self.is_not.as_ref().is_some_and(|states| states.include(present))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_met_as_the_rfc_has_it() {
        let (one, two) = (Revision::new(1), Revision::new(2));
        let these = |revisions: &[Revision]| Some(States::These(revisions.to_vec()));
        let cases = [
            (Expectation::default(), [true, true, true]),
            (Expectation::of(one), [false, true, false]),
            (Expectation::of_none(), [true, false, false]),
            (Expectation { is: Some(States::Any), is_not: None }, [false, true, true]),
            (Expectation { is: these(&[]), is_not: None }, [false, false, false]),
            (Expectation { is: these(&[one, two]), is_not: None }, [false, true, true]),
            (Expectation { is: None, is_not: these(&[two]) }, [true, true, false]),
            (Expectation { is: these(&[one, two]), is_not: these(&[two]) }, [false, true, false]),
        ];
        for (expectation, met) in cases {
            let found = [None, Some(one), Some(two)].map(|present| expectation.is_met_by(present));
            assert_eq!(found, met, "{expectation:?}");
        }
    }
}
