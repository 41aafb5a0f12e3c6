//! `AWS::S3::Bucket`.

use crate::error::TemplateError;
use crate::properties::Properties;

/// A bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Logical id in its template.
    pub id: String,
    /// Physical name.
    pub name: String,
    /// What `!GetAtt Bucket.Arn` gives.
    pub arn: String,
}

impl Bucket {
    pub(crate) fn read(mut properties: Properties<'_>) -> Result<Bucket, TemplateError> {
        let name = properties.required_text("BucketName")?;
        properties.ignore(&[
            "BucketEncryption",
            "CorsConfiguration",
            "LifecycleConfiguration",
            "OwnershipControls",
            "PublicAccessBlockConfiguration",
            "Tags",
            "VersioningConfiguration",
        ]);
        let id = properties.place().id().to_owned();
        properties.finish()?;
        Ok(Bucket {
            id,
            arn: format!("arn:aws:s3:::{name}"),
            name,
        })
    }
}
