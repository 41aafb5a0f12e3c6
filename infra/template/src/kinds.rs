//! The resource types that templates may use.

/// How a resource type is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Application,
    Function,
    HttpApi,
    Table,
    Queue,
    Bucket,
    LogGroup,
    Distribution,
    /// Accepted, but nothing on one machine answers to it: its properties are not read.
    Unmodelled,
}

/// Types that matter on AWS only. A type joins this list when leaving it out locally changes no behaviour of the mall.
const UNMODELLED: &[&str] = &[
    "AWS::Budgets::Budget",
    "AWS::CertificateManager::Certificate",
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::CloudFrontOriginAccessIdentity",
    "AWS::CloudFront::Function",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::OriginRequestPolicy",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::KMS::Alias",
    "AWS::KMS::Key",
    "AWS::Lambda::Permission",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::ResourcePolicy",
    "AWS::Route53::RecordSet",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::WAFv2::WebACL",
    "AWS::WAFv2::WebACLAssociation",
    "AWS::XRay::SamplingRule",
];

impl Kind {
    /// The treatment of a resource type; `None` for a type that templates may not use.
    pub(crate) fn of(type_name: &str) -> Option<Kind> {
        match type_name {
            "AWS::Serverless::Application" => Some(Kind::Application),
            "AWS::Serverless::Function" => Some(Kind::Function),
            "AWS::Serverless::HttpApi" => Some(Kind::HttpApi),
            "AWS::DynamoDB::Table" => Some(Kind::Table),
            "AWS::SQS::Queue" => Some(Kind::Queue),
            "AWS::S3::Bucket" => Some(Kind::Bucket),
            "AWS::Logs::LogGroup" => Some(Kind::LogGroup),
            "AWS::CloudFront::Distribution" => Some(Kind::Distribution),
            other => UNMODELLED.contains(&other).then_some(Kind::Unmodelled),
        }
    }
}
