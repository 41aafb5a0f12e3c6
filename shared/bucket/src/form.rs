//! A form that puts one object into a bucket: S3's browser-based upload with a policy signed by Signature Version 4.
//!
//! See <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-UsingHTTPPOST.html>. The SDK signs URLs but no such form. Unlike
//! a presigned `PUT`, its policy bounds how large the object may be, and S3 itself refuses whatever differs.

use std::{collections::BTreeMap, time::Duration};

use aws::Credentials;
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::Timestamp;
use ring::hmac;
use serde_json::{Value, json};

/// What may be put.
#[derive(Debug, Clone, Copy)]
pub struct FormTerms<'t> {
    /// Under which key.
    pub key: &'t str,
    /// Of which kind: `image/png`.
    pub content_type: &'t str,
    /// With exactly so many bytes.
    pub size_bytes: u64,
    /// For how long.
    pub valid: Duration,
}

/// A signed form, for `multipart/form-data`: the fields as they are, then the object's bytes as the field `file`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Where to post it.
    pub url: String,
    /// Its fields, but for the last, `file`.
    pub fields: BTreeMap<String, String>,
    /// When it ceases to be good.
    pub expires_at: Timestamp,
}

/// Who signs, for which bucket.
#[derive(Clone, Copy)]
pub(crate) struct Signer<'s> {
    pub(crate) credentials: &'s Credentials,
    pub(crate) region: &'s str,
    pub(crate) bucket: &'s str,
}

impl Signer<'_> {
    pub(crate) fn sign(self, url: String, terms: &FormTerms<'_>, now: Timestamp) -> Form {
        let now = whole_seconds(now);
        let expires_at = now.plus(terms.valid);
        let moment = moment(now);
        let day = moment.split('T').next().unwrap_or_default();
        let mut fields = BTreeMap::from(
            [
                ("key", terms.key),
                ("Content-Type", terms.content_type),
                ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
                ("x-amz-credential", &self.scope(day)),
                ("x-amz-date", &moment),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        // The credentials of a function are temporary: S3 knows them by this token.
        if let Some(token) = self.credentials.session_token() {
            fields.insert("x-amz-security-token".to_owned(), token.to_owned());
        }
        let policy = self.policy(&fields, terms.size_bytes, expires_at);
        let signature = self.signature(day, &policy);
        fields.insert("policy".to_owned(), policy);
        fields.insert("x-amz-signature".to_owned(), signature);
        Form {
            url,
            fields,
            expires_at,
        }
    }

    /// Every field has to be exactly as it is, and the file has to have so many bytes.
    fn policy(
        self,
        fields: &BTreeMap<String, String>,
        size_bytes: u64,
        expires_at: Timestamp,
    ) -> String {
        let exact = |(name, value): (&String, &String)| json!(["eq", format!("${name}"), value]);
        let mut conditions: Vec<Value> = fields.iter().map(exact).collect();
        conditions.push(json!(["eq", "$bucket", self.bucket]));
        conditions.push(json!(["content-length-range", size_bytes, size_bytes]));
        let policy = json!({ "expiration": expires_at.to_string(), "conditions": conditions });
        STANDARD.encode(policy.to_string())
    }

    fn scope(self, day: &str) -> String {
        let (key, region) = (self.credentials.access_key_id(), self.region);
        format!("{key}/{day}/{region}/s3/aws4_request")
    }

    fn signature(self, day: &str, policy: &str) -> String {
        let secret = format!("AWS4{}", self.credentials.secret_access_key());
        let mut tag = hmac_of(secret.as_bytes(), day);
        for part in [self.region, "s3", "aws4_request", policy] {
            tag = hmac_of(tag.as_ref(), part);
        }
        tag.as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

fn hmac_of(key: &[u8], text: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
}

fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_millis(time.as_seconds() * 1000)
}

/// As a signature writes it: `20261124T060000Z`.
fn moment(time: Timestamp) -> String {
    let utc = time.to_utc();
    let (date, (hour, minute, second)) = (utc.date(), utc.time().as_hms());
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(token: Option<&str>) -> Form {
        // The example of the page that is named above: key, secret, day and region.
        let credentials = Credentials::new(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            token.map(str::to_owned),
            None,
            "test",
        );
        let signer = Signer {
            credentials: &credentials,
            region: "us-east-1",
            bucket: "sigv4examplebucket",
        };
        let terms = FormTerms {
            key: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            content_type: "image/png",
            size_bytes: 12_345,
            valid: Duration::from_secs(600),
        };
        // 2026-11-24 06:00:00.7 UTC.
        let now = Timestamp::from_millis(1_795_500_000_700);
        signer.sign("https://example".to_owned(), &terms, now)
    }

    fn policy_of(form: &Form) -> Value {
        serde_json::from_slice(&STANDARD.decode(&form.fields["policy"]).unwrap()).unwrap()
    }

    #[test]
    fn the_signature_is_that_of_the_example_that_amazon_publishes() {
        let credentials = Credentials::new(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            None,
            None,
            "test",
        );
        let signer = Signer {
            credentials: &credentials,
            region: "us-east-1",
            bucket: "sigv4examplebucket",
        };
        let policy = "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9";
        assert_eq!(
            signer.signature("20151229", policy),
            "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
        );
    }

    #[test]
    fn every_field_is_bound_to_its_value_and_the_file_to_its_size() {
        let form = form(None);
        let policy = policy_of(&form);
        assert_eq!(policy["expiration"], "2026-11-24T06:10:00Z");
        assert_eq!(form.expires_at.to_string(), "2026-11-24T06:10:00Z");
        let conditions = policy["conditions"].as_array().unwrap();
        let bound = |name: &str, value: &str| conditions.contains(&json!(["eq", name, value]));
        assert!(bound("$bucket", "sigv4examplebucket"));
        assert!(bound("$key", "01ARZ3NDEKTSV4RRFFQ69G5FAV"));
        assert!(bound("$Content-Type", "image/png"));
        assert!(bound("$x-amz-date", "20261124T060000Z"));
        assert!(bound(
            "$x-amz-credential",
            "AKIAIOSFODNN7EXAMPLE/20261124/us-east-1/s3/aws4_request"
        ));
        assert!(conditions.contains(&json!(["content-length-range", 12_345, 12_345])));
        for name in form.fields.keys() {
            let exempt = matches!(name.as_str(), "policy" | "x-amz-signature");
            assert!(
                exempt || bound(&format!("${name}"), &form.fields[name]),
                "{name}"
            );
        }
    }

    #[test]
    fn temporary_credentials_send_their_token_along_and_bind_it() {
        let form = form(Some("a-token"));
        assert_eq!(form.fields["x-amz-security-token"], "a-token");
        let token = json!(["eq", "$x-amz-security-token", "a-token"]);
        let policy = policy_of(&form);
        assert!(policy["conditions"].as_array().unwrap().contains(&token));
    }
}
