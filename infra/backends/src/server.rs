//! One loopback HTTP server on a thread and a runtime of its own.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::runtime::{Builder, Handle};
use tokio::sync::{oneshot, watch};

use crate::BackendError;

/// A bound socket on 127.0.0.1. There is no way to make one on another address.
#[derive(Debug)]
pub(crate) struct Loopback {
    service: &'static str,
    listener: TcpListener,
    address: SocketAddr,
}

impl Loopback {
    /// Listens on 127.0.0.1:`port`, where 0 is any free port.
    pub(crate) fn bind(service: &'static str, port: u16) -> Result<Loopback, BackendError> {
        let bind = || {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok((listener, address))
        };
        match bind() {
            Ok((listener, address)) => Ok(Loopback {
                service,
                listener,
                address,
            }),
            Err(source) => Err(BackendError::Listen {
                service,
                port,
                source,
            }),
        }
    }

    /// The port that it got.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }
}

/// A running server. Dropping it ends its thread, and with it every connection, at once: whatever was answered is in
/// the files by then, so a stop is a crash that came at a quiet moment, and there is one way to end instead of two.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    runtime: Handle,
    stop: Option<oneshot::Sender<()>>,
    /// Closed when the thread has come to its end.
    ended: watch::Receiver<()>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Server {
    /// Runs `serve` on a thread of its own until it returns or the server is dropped.
    ///
    /// One thread with a single-threaded runtime is enough for each of the three: DynamoDB is one SQLite connection behind
    /// a lock, SQS is bookkeeping in memory, S3 hands its files to blocking threads. It costs well under a millisecond to
    /// start, which matters because tests start many.
    pub(crate) fn start<F>(
        loopback: Loopback,
        serve: impl FnOnce(tokio::net::TcpListener) -> F + Send + 'static,
    ) -> Result<Server, BackendError>
    where
        F: Future<Output = ()>,
    {
        let Loopback {
            service,
            listener,
            address,
        } = loopback;
        let failed = |source| BackendError::Thread { service, source };
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let (alive, ended) = watch::channel(());
        let thread = thread::Builder::new()
            .name(service.to_owned())
            .spawn(move || {
                // Dropped at the end, a panic's too.
                let _alive = alive;
                runtime.block_on(async move {
                    match tokio::net::TcpListener::from_std(listener) {
                        Ok(listener) => tokio::select! {
                            () = serve(listener) => {}
                            _ = stopped => {}
                        },
                        Err(error) => tracing::error!(service, %error, "the server has no socket"),
                    }
                });
            });
        Ok(Server {
            address,
            runtime: handle,
            stop: Some(stop),
            ended,
            thread: Some(thread.map_err(failed)?),
        })
    }

    /// `http://127.0.0.1:<port>`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits until its thread has come to its end, however that was.
    pub(crate) fn ended(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut ended = self.ended.clone();
        async move { while ended.changed().await.is_ok() {} }
    }

    /// The runtime of the server's thread, for work that has to live as long as the server does.
    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }
}

/// Serves `routes`, each answer leaving as soon as it is there.
pub(crate) async fn serve(listener: tokio::net::TcpListener, routes: Router) {
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection waits to fill its packets");
        }
    });
    if let Err(error) = axum::serve(listener, routes).await {
        tracing::error!(%error, "a server ended");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(address = %self.address, "a server ended in a panic");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn that_a_server_has_ended_is_heard_even_of_one_that_panics() {
        let ends = Server::start(Loopback::bind("ends", 0).unwrap(), |_| async {}).unwrap();
        ends.ended().await;
        let panics = Server::start(Loopback::bind("panics", 0).unwrap(), |_| async {
            panic!("this panic belongs to the test");
        });
        panics.unwrap().ended().await;
        let serves = Server::start(Loopback::bind("serves", 0).unwrap(), |_| {
            std::future::pending()
        });
        let serves = serves.unwrap();
        let ended = serves.ended();
        tokio::select! {
            biased;
            () = serves.ended() => panic!("it goes on"),
            () = std::future::ready(()) => {}
        }
        drop(serves);
        ended.await;
    }
}
