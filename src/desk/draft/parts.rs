//! What a round changes of each kind of thing that lives by events.

use std::sync::Arc;

use super::journal::Journal;
use domain::aggregate::{Aggregate, for_each_kind};
use store::{Kinds, Of};

/// What a round changed of one kind, and the events that did it.
#[derive(Debug)]
pub struct Part<A: Aggregate> {
    pub changed: Journal<A::Id, Arc<A>>,
    pub events: Vec<(A::Id, A::Event)>,
}

impl<A: Aggregate> Default for Part<A> {
    fn default() -> Self {
        Self { changed: Journal::default(), events: Vec::new() }
    }
}

impl<A: Aggregate> Part<A> {
    pub fn take(&mut self, id: A::Id, after: Arc<A>, event: A::Event) {
        self.changed.insert(id, after);
        self.events.push((id, event));
    }

    fn here(&self) -> (usize, usize) {
        (self.changed.here(), self.events.len())
    }

    fn back(&mut self, (changed, events): (usize, usize)) {
        self.changed.back(changed);
        self.events.truncate(events);
    }

    fn finish(self) -> Of<A> {
        Of { rows: self.changed.into_map().into_values().collect(), events: self.events }
    }
}

macro_rules! parts {
    ($($name:ident: $kind:ty,)*) => {
        /// A part for each kind.
        #[derive(Debug, Default)]
        pub struct Parts {
            $(pub $name: Part<$kind>,)*
        }

        /// Where the parts stand.
        #[derive(Clone, Copy)]
        pub struct Here {
            $($name: (usize, usize),)*
        }

        impl Parts {
            /// Where they stand now, for [`back`](Self::back).
            pub fn here(&self) -> Here {
                Here { $($name: self.$name.here(),)* }
            }

            /// Takes back every change since `here`.
            pub fn back(&mut self, here: Here) {
                $(self.$name.back(here.$name);)*
            }

            /// How many events there are.
            pub fn events(&self) -> usize {
                [$(self.$name.events.len()),*].into_iter().sum()
            }

            /// What is to be committed.
            pub fn finish(self) -> Kinds {
                Kinds { $($name: self.$name.finish(),)* }
            }
        }
    };
}

for_each_kind!(parts);
