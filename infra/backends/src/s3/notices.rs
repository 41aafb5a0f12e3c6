//! What S3 tells of its objects, to queues: every change that a trigger asks for, before the change is answered.
//!
//! A queue's journal makes an event durable, so what was answered is told, whatever dies afterwards. A crash between the
//! change and its event leaves an object of which nobody has heard; its client got no answer, and sends it again.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use rustack_sqs_model::input::SendMessageInput;
use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};
use s3s_fs::FileSystem;
use template::{ObjectChange, Trigger};
use time::OffsetDateTime;

use crate::messages::Queues;
use crate::{BackendError, REGION};

/// Who hears of what.
#[derive(Debug)]
pub(super) struct Notices {
    root: PathBuf,
    queues: Arc<Queues>,
    /// A trigger, and the URL of the queue that its events go to.
    hearers: RwLock<Vec<(Trigger, String)>>,
    /// Of the last event.
    sequencer: AtomicU64,
}

impl Notices {
    pub(super) fn new(root: PathBuf, queues: Arc<Queues>) -> Notices {
        Notices {
            root,
            queues,
            hearers: RwLock::default(),
            sequencer: AtomicU64::new(0),
        }
    }

    pub(super) async fn send_to(&self, trigger: &Trigger, queue: &str) -> Result<(), BackendError> {
        let Trigger::Bucket { bucket, .. } = trigger else {
            return Ok(());
        };
        let Some(url) = self.queues.url(queue).await else {
            return Err(BackendError::NoQueue {
                bucket: bucket.clone(),
                queue: queue.to_owned(),
            });
        };
        let mut hearers = self.hearers.write().unwrap_or_else(PoisonError::into_inner);
        hearers.push((trigger.clone(), url));
        Ok(())
    }

    /// Tells of an object that was written.
    async fn created(
        &self,
        how: &str,
        bucket: &str,
        key: &str,
        etag: Option<&ETag>,
    ) -> S3Result<()> {
        let name = format!("ObjectCreated:{how}");
        let hearers = self.hearers_of(&name, bucket, key);
        if hearers.is_empty() {
            return Ok(());
        }
        // Another request may have removed it since; then it tells so itself.
        let size = std::fs::metadata(self.root.join(bucket).join(key)).map(|file| file.len());
        let mut change = self.change(name, bucket, key);
        change.size = Some(size.unwrap_or_default());
        change.etag = etag.map(|etag| etag.value().to_owned());
        self.tell(hearers, &change).await
    }

    /// Tells of an object that was removed, or was not there: S3 does not look.
    async fn removed(&self, bucket: &str, key: &str) -> S3Result<()> {
        let name = "ObjectRemoved:Delete";
        let hearers = self.hearers_of(name, bucket, key);
        let change = self.change(name.to_owned(), bucket, key);
        self.tell(hearers, &change).await
    }

    fn change(&self, name: String, bucket: &str, key: &str) -> ObjectChange {
        ObjectChange {
            name,
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            size: None,
            etag: None,
            sequencer: self.next_sequencer(),
            time: OffsetDateTime::now_utc(),
        }
    }

    /// Greater than every one before, those of earlier processes included.
    fn next_sequencer(&self) -> String {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let next = |last: u64| Some(now.max(last + 1));
        let last = self
            .sequencer
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        let last = last.unwrap_or_else(|last| last);
        format!("{:016X}", now.max(last + 1))
    }

    fn hearers_of(&self, name: &str, bucket: &str, key: &str) -> Vec<String> {
        let hearers = self.hearers.read().unwrap_or_else(PoisonError::into_inner);
        let hearing = hearers
            .iter()
            .filter(|(trigger, _)| trigger.takes_object(name, bucket, key));
        hearing.map(|(_, url)| url.clone()).collect()
    }

    async fn tell(&self, hearers: Vec<String>, change: &ObjectChange) -> S3Result<()> {
        for queue_url in hearers {
            let sent = self.queues.send(SendMessageInput {
                queue_url,
                message_body: change.event(REGION).to_string(),
                ..Default::default()
            });
            if let Err(error) = sent.await {
                tracing::error!(%error, change.bucket, change.key, "nobody can be told of an object");
                return Err(s3_error!(InternalError, "The event cannot be sent"));
            }
        }
        Ok(())
    }
}

/// The objects, and everything that is told of them.
#[derive(Debug)]
pub(super) struct Noticed {
    files: FileSystem,
    notices: Arc<Notices>,
}

impl Noticed {
    pub(super) fn new(files: FileSystem, notices: Arc<Notices>) -> Noticed {
        Noticed { files, notices }
    }
}

type Answer<T> = S3Result<S3Response<T>>;

/// What changes objects tells of it; the rest is what the files have always answered.
#[async_trait::async_trait]
impl S3 for Noticed {
    async fn put_object(&self, request: S3Request<PutObjectInput>) -> Answer<PutObjectOutput> {
        let (bucket, key) = (request.input.bucket.clone(), request.input.key.clone());
        let answer = self.files.put_object(request).await?;
        let etag = answer.output.e_tag.as_ref();
        self.notices.created("Put", &bucket, &key, etag).await?;
        Ok(answer)
    }

    async fn post_object(&self, request: S3Request<PostObjectInput>) -> Answer<PostObjectOutput> {
        let (bucket, key) = (request.input.bucket.clone(), request.input.key.clone());
        let answer = self.files.post_object(request).await?;
        let etag = answer.output.e_tag.as_ref();
        self.notices.created("Post", &bucket, &key, etag).await?;
        Ok(answer)
    }

    async fn copy_object(&self, request: S3Request<CopyObjectInput>) -> Answer<CopyObjectOutput> {
        let (bucket, key) = (request.input.bucket.clone(), request.input.key.clone());
        let answer = self.files.copy_object(request).await?;
        let copied = answer.output.copy_object_result.as_ref();
        let etag = copied.and_then(|copied| copied.e_tag.as_ref());
        self.notices.created("Copy", &bucket, &key, etag).await?;
        Ok(answer)
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> Answer<CompleteMultipartUploadOutput> {
        let (bucket, key) = (request.input.bucket.clone(), request.input.key.clone());
        let answer = self.files.complete_multipart_upload(request).await?;
        let how = "CompleteMultipartUpload";
        self.notices.created(how, &bucket, &key, None).await?;
        Ok(answer)
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> Answer<DeleteObjectOutput> {
        let (bucket, key) = (request.input.bucket.clone(), request.input.key.clone());
        let answer = self.files.delete_object(request).await?;
        self.notices.removed(&bucket, &key).await?;
        Ok(answer)
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> Answer<DeleteObjectsOutput> {
        let bucket = request.input.bucket.clone();
        let answer = self.files.delete_objects(request).await?;
        let deleted = answer.output.deleted.iter().flatten();
        for key in deleted.filter_map(|object| object.key.as_ref()) {
            self.notices.removed(&bucket, key).await?;
        }
        Ok(answer)
    }

    async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> Answer<CreateBucketOutput> {
        self.files.create_bucket(request).await
    }

    async fn delete_bucket(
        &self,
        request: S3Request<DeleteBucketInput>,
    ) -> Answer<DeleteBucketOutput> {
        self.files.delete_bucket(request).await
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> Answer<GetBucketLocationOutput> {
        self.files.get_bucket_location(request).await
    }

    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> Answer<HeadBucketOutput> {
        self.files.head_bucket(request).await
    }

    async fn list_buckets(
        &self,
        request: S3Request<ListBucketsInput>,
    ) -> Answer<ListBucketsOutput> {
        self.files.list_buckets(request).await
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> Answer<GetObjectOutput> {
        self.files.get_object(request).await
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> Answer<HeadObjectOutput> {
        self.files.head_object(request).await
    }

    async fn list_objects(
        &self,
        request: S3Request<ListObjectsInput>,
    ) -> Answer<ListObjectsOutput> {
        self.files.list_objects(request).await
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> Answer<ListObjectsV2Output> {
        self.files.list_objects_v2(request).await
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> Answer<CreateMultipartUploadOutput> {
        self.files.create_multipart_upload(request).await
    }

    async fn upload_part(&self, request: S3Request<UploadPartInput>) -> Answer<UploadPartOutput> {
        self.files.upload_part(request).await
    }

    async fn upload_part_copy(
        &self,
        request: S3Request<UploadPartCopyInput>,
    ) -> Answer<UploadPartCopyOutput> {
        self.files.upload_part_copy(request).await
    }

    async fn list_parts(&self, request: S3Request<ListPartsInput>) -> Answer<ListPartsOutput> {
        self.files.list_parts(request).await
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> Answer<AbortMultipartUploadOutput> {
        self.files.abort_multipart_upload(request).await
    }
}
