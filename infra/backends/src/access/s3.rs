//! What requests to S3 need.

use super::Need;

/// The actions for an operation, as far as its path tells: what a form, a body or a header names is added by
/// [`put`], [`copy_source`] and [`delete`].
pub(crate) fn needs(operation: &str, bucket: Option<&str>, key: Option<&str>) -> Vec<Need> {
    let action = match operation {
        "PutObject" | "PostObject" | "DeleteObjects" => return Vec::new(),
        "HeadObject" => "GetObject",
        // All of it is writing one object.
        "CopyObject"
        | "CreateMultipartUpload"
        | "UploadPart"
        | "UploadPartCopy"
        | "CompleteMultipartUpload" => "PutObject",
        "ListParts" => "ListMultipartUploadParts",
        "ListObjects" | "ListObjectsV2" | "HeadBucket" => "ListBucket",
        "ListMultipartUploads" => "ListBucketMultipartUploads",
        "ListBuckets" => "ListAllMyBuckets",
        other => other,
    };
    let resource = match (bucket, key) {
        (Some(bucket), Some(key)) => object_arn(bucket, key),
        (Some(bucket), None) => bucket_arn(bucket),
        (None, _) => "*".to_owned(),
    };
    vec![Need::new(format!("s3:{action}"), resource)]
}

/// An upload: of a body to a path, or of a form that names its key.
pub(crate) fn put(bucket: &str, key: &str) -> Vec<Need> {
    vec![Need::new("s3:PutObject", object_arn(bucket, key))]
}

/// What a copy reads.
pub(crate) fn copy_source(bucket: &str, key: &str) -> Vec<Need> {
    vec![Need::new("s3:GetObject", object_arn(bucket, key))]
}

/// Each object of a list.
pub(crate) fn delete<'k>(bucket: &str, keys: impl Iterator<Item = &'k str>) -> Vec<Need> {
    keys.map(|key| Need::new("s3:DeleteObject", object_arn(bucket, key)))
        .collect()
}

/// To be told that an object is not there: without it S3 says no more than that it may not be read.
pub(crate) fn learn_of_absence(bucket: &str) -> Vec<Need> {
    vec![Need::new("s3:ListBucket", bucket_arn(bucket))]
}

fn bucket_arn(bucket: &str) -> String {
    format!("arn:aws:s3:::{bucket}")
}

fn object_arn(bucket: &str, key: &str) -> String {
    format!("arn:aws:s3:::{bucket}/{key}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_need_the_actions_that_iam_knows() {
        for (operation, key, action, resource) in [
            (
                "GetObject",
                Some("a/b"),
                "s3:GetObject",
                "arn:aws:s3:::p/a/b",
            ),
            (
                "HeadObject",
                Some("a/b"),
                "s3:GetObject",
                "arn:aws:s3:::p/a/b",
            ),
            (
                "UploadPart",
                Some("a/b"),
                "s3:PutObject",
                "arn:aws:s3:::p/a/b",
            ),
            (
                "CopyObject",
                Some("a/b"),
                "s3:PutObject",
                "arn:aws:s3:::p/a/b",
            ),
            (
                "DeleteObject",
                Some("a/b"),
                "s3:DeleteObject",
                "arn:aws:s3:::p/a/b",
            ),
            (
                "ListParts",
                Some("a"),
                "s3:ListMultipartUploadParts",
                "arn:aws:s3:::p/a",
            ),
            ("ListObjectsV2", None, "s3:ListBucket", "arn:aws:s3:::p"),
            ("DeleteBucket", None, "s3:DeleteBucket", "arn:aws:s3:::p"),
        ] {
            let expected = vec![Need::new(action, resource)];
            assert_eq!(needs(operation, Some("p"), key), expected, "{operation}");
        }
        assert_eq!(
            needs("ListBuckets", None, None),
            [Need::new("s3:ListAllMyBuckets", "*")]
        );
    }
}
