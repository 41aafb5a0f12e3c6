//! A mall of which a part ends.

use super::*;

const TEMPLATE: &str = "
Parameters:
  Prefix: {Type: String}
  SigningKey: {Type: String, NoEcho: true}
  AllowedOrigins: {Type: String}
Resources: {}
";

async fn open(root: &tempfile::TempDir) -> Mall {
    std::fs::write(root.path().join("template.yaml"), TEMPLATE).unwrap();
    let options = Options {
        root: root.path().to_owned(),
        data: root.path().join("data"),
        fresh: false,
        port: 0,
        parameters: BTreeMap::new(),
        style: Style::Silent,
        program: Program::this(&[]).unwrap(),
        permission_record: None,
    };
    Mall::start(options).await.unwrap()
}

/// The only mall of this process: what is logged and what panics goes to the first.
#[tokio::test(flavor = "multi_thread")]
async fn a_mall_whose_front_door_ends_says_so_logs_panics_and_can_still_be_stopped() {
    let root = tempfile::tempdir().unwrap();
    let mall = open(&root).await;
    tokio::select! {
        biased;
        part = mall.broken() => panic!("{part} has ended"),
        () = tokio::task::yield_now() => {}
    }
    let log = crate::log_file::log_file(mall.folder().path());
    mall.front_door.abort();
    assert_eq!(mall.broken().await, "the front door");
    let panics = tokio::spawn(async { panic!("this panic belongs to the test") });
    assert!(panics.await.is_err());
    mall.stop().await;
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("this panic belongs to the test"), "{log}");
}
