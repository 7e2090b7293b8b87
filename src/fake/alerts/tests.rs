//! The signatures against vectors that others published or computed.

use super::sign;

#[test]
fn signatures_fit_the_vectors() {
    // GitHub's page "Validating webhook deliveries".
    assert_eq!(
        sign::sha256("It's a Secret to Everybody", "Hello, World!"),
        "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    );
    // `openssl dgst -sha1 -hmac howler-test`.
    assert_eq!(
        sign::sha1("howler-test", r#"{"id":"evt_1","type":"deployment.error"}"#),
        "4b6886a4dfb7f0b00192c824077c3faafbcf50ea"
    );
    let grafana = r#"{"status":"firing"}"#;
    assert_eq!(
        sign::sha256("howler-test", grafana),
        "872dfa53493a8a0d59ae141e92cbcf2646186b04226e4aa8565ac5a64e990c2d"
    );
    assert_eq!(
        sign::sha256("howler-test", &format!("1700000000:{grafana}")),
        "d018c5483bd92b261a7e233d4a83e5bcf71f62ea7477c9848c3bbc7f85670581"
    );
}
