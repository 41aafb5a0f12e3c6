//! What must run for as long as the mall does, and word of it when something does not.

use tokio::sync::watch;

/// Hears when a part of the mall comes to its end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    ended: watch::Sender<Option<String>>,
}

impl Parts {
    /// `work` as it is, but that its end is heard, by a panic or without.
    pub(crate) fn watch(
        &self,
        name: impl Into<String>,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> impl Future<Output = ()> + Send + 'static {
        let end = End {
            name: name.into(),
            ended: self.ended.clone(),
        };
        async move {
            work.await;
            drop(end);
        }
    }

    /// Waits until a part has ended; the name of the first.
    pub(crate) async fn ended(&self) -> String {
        let mut ended = self.ended.subscribe();
        match ended.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(name)) => name.clone(),
            // There is a sender: this one.
            _ => std::future::pending().await,
        }
    }
}

/// Tells of the end when it is dropped: that happens in a panic too.
struct End {
    name: String,
    ended: watch::Sender<Option<String>>,
}

impl Drop for End {
    fn drop(&mut self) {
        let name = std::mem::take(&mut self.name);
        self.ended.send_if_modified(|first| {
            let news = first.is_none();
            first.get_or_insert(name);
            news
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_part_that_ends_is_named_whether_it_returns_or_panics() {
        let parts = Parts::default();
        tokio::spawn(parts.watch("a part that goes on", std::future::pending()));
        let panics = parts.watch("a part that panics", async {
            panic!("this panic belongs to the test")
        });
        assert!(tokio::spawn(panics).await.unwrap_err().is_panic());
        tokio::spawn(parts.watch("a part that returns", async {}))
            .await
            .unwrap();
        assert_eq!(parts.ended().await, "a part that panics");

        let parts = Parts::default();
        tokio::spawn(parts.watch("a part that returns", async {}));
        assert_eq!(parts.ended().await, "a part that returns");
    }
}
