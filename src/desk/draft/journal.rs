//! A map that can go back to how it stood, at the price of what was changed since.

use std::collections::BTreeMap;
use std::ops::Deref;

/// A map that remembers what its changes replaced.
#[derive(Debug)]
pub struct Journal<K, V> {
    map: BTreeMap<K, V>,
    /// What each change replaced, in order.
    before: Vec<(K, Option<V>)>,
}

impl<K: Ord + Clone, V> Journal<K, V> {
    pub fn insert(&mut self, key: K, value: V) {
        let replaced = self.map.insert(key.clone(), value);
        self.before.push((key, replaced));
    }

    /// Where it stands now, for [`back`](Self::back).
    pub fn here(&self) -> usize {
        self.before.len()
    }

    /// Takes back every change since `here`.
    pub fn back(&mut self, here: usize) {
        while self.before.len() > here {
            let Some((key, replaced)) = self.before.pop() else { return };
            match replaced {
                Some(value) => drop(self.map.insert(key, value)),
                None => drop(self.map.remove(&key)),
            }
        }
    }

    pub fn into_map(self) -> BTreeMap<K, V> {
        self.map
    }
}

impl<K, V> Default for Journal<K, V> {
    fn default() -> Self {
        Self { map: BTreeMap::new(), before: Vec::new() }
    }
}

impl<K, V> Deref for Journal<K, V> {
    type Target = BTreeMap<K, V>;

    fn deref(&self) -> &Self::Target {
        &self.map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_back_to_where_it_stood() {
        let mut journal = Journal::default();
        journal.insert("a", 1);
        let here = journal.here();
        for (key, value) in [("a", 2), ("b", 3), ("a", 4), ("b", 5)] {
            journal.insert(key, value);
        }
        let later = journal.here();
        journal.insert("c", 6);
        journal.back(later);
        assert_eq!(journal.sorted(), [("a", 4), ("b", 5)]);
        journal.back(here);
        assert_eq!(journal.sorted(), [("a", 1)]);
    }

    impl Journal<&'static str, i32> {
        fn sorted(&self) -> Vec<(&'static str, i32)> {
            self.iter().map(|(key, value)| (*key, *value)).collect()
        }
    }
}
