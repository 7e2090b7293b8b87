//! What several checks of a run ask alike, side by side, is asked once: a ladder looks at one deployment from many sides.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::OnceCell;

use domain::procedure::{Answer, CannotTell, Question};

/// One look of one run: what is asked again later is asked anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Look {
    pub run: u64,
    /// The event with which its checks were asked.
    pub asked: u32,
}

type Cell = OnceCell<Result<Answer, CannotTell>>;

/// What is being asked.
#[derive(Debug, Default)]
pub struct Shared(Mutex<HashMap<(Look, Question, Duration), Weak<Cell>>>);

impl Shared {
    /// The answer to a question of a look, asked by `ask` unless somebody asks it already.
    pub async fn answer<F>(
        &self,
        look: Look,
        question: &Question,
        limit: Duration,
        ask: F,
    ) -> Result<Answer, CannotTell>
    where
        F: AsyncFnOnce() -> Result<Answer, CannotTell>,
    {
        let key = (look, question.clone(), limit);
        let cell = {
            let mut asking = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            asking.retain(|_, cell| cell.strong_count() > 0);
            let there = asking.get(&key).and_then(Weak::upgrade);
            let cell = there.unwrap_or_default();
            asking.insert(key, Arc::downgrade(&cell));
            cell
        };
        cell.get_or_init(|| ask()).await.clone()
    }
}
