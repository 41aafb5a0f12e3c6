//! S3: `s3s` speaks the protocol and checks signatures, `s3s-fs` keeps the objects as files.

mod notices;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::error_handling::HandleError;
use axum::http::{HeaderValue, Method, StatusCode, header};
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{Credentials, SimpleAuth};
use s3s::dto::{
    CopyObjectInput, CopySource, DeleteObjectsInput, PutObjectInput, UploadPartCopyInput,
};
use s3s::path::S3Path;
use s3s::service::S3ServiceBuilder;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result, s3_error};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use template::Trigger;
use tower_http::cors::{Any, CorsLayer};

use crate::BackendError;
use crate::access::{self, Access, Need};
use crate::messages::Queues;
use crate::server::{Loopback, Server};
use notices::{Noticed, Notices};

#[derive(Debug)]
pub(crate) struct S3 {
    server: Server,
    root: PathBuf,
    notices: Arc<Notices>,
    // Dropped last: in memory mode the files go with it, when nobody serves them any more.
    _temporary: Option<TempDir>,
}

impl S3 {
    /// Serves the objects under `directory`, or under a temporary directory that goes when the server does.
    pub(crate) fn start(
        directory: Option<&Path>,
        loopback: Loopback,
        access: Arc<Access>,
        public: BTreeSet<String>,
        allowed_origins: Vec<HeaderValue>,
        queues: Arc<Queues>,
    ) -> Result<S3, BackendError> {
        let (root, temporary) = match directory {
            Some(directory) => (directory.to_owned(), None),
            None => {
                let temporary =
                    tempfile::tempdir().map_err(BackendError::directory(std::env::temp_dir()))?;
                (temporary.path().to_owned(), Some(temporary))
            }
        };
        std::fs::create_dir_all(&root).map_err(BackendError::directory(&root))?;
        let files = FileSystem::new(&root).map_err(|error| {
            let source = std::io::Error::other(s3s::S3Error::from(error));
            BackendError::Directory {
                path: root.clone(),
                source,
            }
        })?;
        let notices = Arc::new(Notices::new(root.clone(), queues));
        let mut service = S3ServiceBuilder::new(Noticed::new(files, Arc::clone(&notices)));
        service.set_auth(keys(&access));
        service.set_access(Gate {
            root: root.clone(),
            public,
            access,
        });
        let routes = Router::new()
            .fallback_service(HandleError::new(
                service.build(),
                |error: s3s::HttpError| async move {
                    tracing::error!(?error, "S3 cannot answer");
                    StatusCode::INTERNAL_SERVER_ERROR
                },
            ))
            .layer(cors(allowed_origins));
        let server = Server::start(loopback, |listener| crate::server::serve(listener, routes))?;
        Ok(S3 {
            server,
            root,
            notices,
            _temporary: temporary,
        })
    }

    /// Has a bucket's events sent to a queue.
    pub(crate) async fn notify(&self, trigger: &Trigger, queue: &str) -> Result<(), BackendError> {
        self.notices.send_to(trigger, queue).await
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// Waits until its server has ended.
    pub(crate) fn ended(&self) -> impl Future<Output = ()> + Send + use<> {
        self.server.ended()
    }

    /// Creates the bucket if it is not there.
    pub(crate) fn create_bucket(&self, name: &str) -> Result<(), BackendError> {
        if !s3s::path::check_bucket_name(name) {
            return Err(BackendError::BucketName {
                bucket: name.to_owned(),
            });
        }
        let directory = self.root.join(name);
        std::fs::create_dir_all(&directory).map_err(BackendError::directory(&directory))
    }
}

fn keys(access: &Access) -> SimpleAuth {
    let mut auth = SimpleAuth::new();
    for (id, secret) in access.secrets() {
        auth.register(id.to_owned(), secret.into());
    }
    auth
}

/// What a browser needs in order to upload to a presigned URL from another origin.
fn cors(allowed_origins: Vec<HeaderValue>) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(allowed_origins)
        .allow_methods([Method::GET, Method::HEAD, Method::PUT, Method::POST])
        .allow_headers(Any)
        .expose_headers([header::ETAG])
}

/// Who may do what: the holder of an access key what they may, anybody else read single objects of public buckets.
struct Gate {
    root: PathBuf,
    public: BTreeSet<String>,
    access: Arc<Access>,
}

impl Gate {
    fn authorise(
        &self,
        credentials: Option<&Credentials>,
        needs: impl FnOnce() -> Vec<Need>,
    ) -> S3Result<()> {
        // A signature by a key that nobody has was refused before this.
        let holder = credentials.and_then(|known| self.access.principal(&known.access_key));
        let Some(principal) = holder else {
            return Err(s3_error!(AccessDenied, "Signature is required"));
        };
        self.access.authorise(principal, needs).map_err(|refusal| {
            S3Error::with_message(S3ErrorCode::AccessDenied, refusal.message_of_s3())
        })
    }

    fn authorise_copy(
        &self,
        credentials: Option<&Credentials>,
        source: &CopySource,
    ) -> S3Result<()> {
        let CopySource::Bucket { bucket, key, .. } = source else {
            return Err(s3_error!(NotImplemented));
        };
        check_key(key)?;
        self.authorise(credentials, || access::s3::copy_source(bucket, key))
    }
}

#[async_trait::async_trait]
impl S3Access for Gate {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let operation = context.s3_op().name();
        let (bucket, key) = match context.s3_path() {
            S3Path::Root => (None, None),
            S3Path::Bucket { bucket } => (Some(&**bucket), None),
            S3Path::Object { bucket, key } => (Some(&**bucket), Some(&**key)),
        };
        let reads = matches!(operation, "GetObject" | "HeadObject");
        let public = bucket.is_some_and(|bucket| self.public.contains(bucket));
        let anybody = context.credentials().is_none() && reads && public;
        if let Some(key) = key {
            check_key(key)?;
        }
        if !anybody {
            let credentials = context.credentials();
            self.authorise(credentials, || access::s3::needs(operation, bucket, key))?;
            if let (Some(bucket), Some(key), true) = (bucket, key, reads)
                && !self.root.join(bucket).join(key).exists()
            {
                self.authorise(credentials, || access::s3::learn_of_absence(bucket))?;
            }
        }
        match bucket {
            // s3s-fs would make the bucket on the way to the object.
            Some(bucket) if operation != "CreateBucket" && !self.root.join(bucket).is_dir() => {
                Err(s3_error!(NoSuchBucket))
            }
            _ => Ok(()),
        }
    }

    /// Of a body, and of a form, which names its key itself.
    async fn put_object(&self, request: &mut S3Request<PutObjectInput>) -> S3Result<()> {
        let PutObjectInput { bucket, key, .. } = &request.input;
        check_key(key)?;
        self.authorise(request.credentials.as_ref(), || {
            access::s3::put(bucket, key)
        })
    }

    async fn copy_object(&self, request: &mut S3Request<CopyObjectInput>) -> S3Result<()> {
        self.authorise_copy(request.credentials.as_ref(), &request.input.copy_source)
    }

    async fn upload_part_copy(&self, request: &mut S3Request<UploadPartCopyInput>) -> S3Result<()> {
        self.authorise_copy(request.credentials.as_ref(), &request.input.copy_source)
    }

    async fn delete_objects(&self, request: &mut S3Request<DeleteObjectsInput>) -> S3Result<()> {
        let DeleteObjectsInput { bucket, delete, .. } = &request.input;
        let keys = || delete.objects.iter().map(|object| object.key.as_str());
        keys().try_for_each(check_key)?;
        self.authorise(request.credentials.as_ref(), || {
            access::s3::delete(bucket, keys())
        })
    }
}

/// A key becomes a path below its bucket. `..` would leave the bucket, and `.` or nothing between two slashes would name
/// the file of another key.
fn check_key(key: &str) -> S3Result<()> {
    if key
        .split('/')
        .any(|segment| matches!(segment, "" | "." | ".."))
        || key.contains(['\\', '\0'])
    {
        return Err(s3_error!(
            InvalidArgument,
            "A key must not have empty segments, `.` or `..`"
        ));
    }
    Ok(())
}
