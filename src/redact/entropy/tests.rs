use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::taken_out;

/// What people read at night.
const NEEDED: [&str; 58] = [
    "HEAD is now at 9c1f3a7be0d24c58a6f01b7e5d3c2a1908f7e6d5 fix the stream",
    "9c1f3a7 fix the stream",
    "ghcr.io/anomalyco/web@sha256:4bf92f3577b34da6a3ce929d0e0e4736a1b2c3d4e5f60718293a4b5c6d7e8f90",
    "4bf92f3577b34da6a3ce929d0e0e4736a1b2c3d4e5f60718293a4b5c6d7e8f90",
    "docker-pullable://registry.monkeytown.ai/event-stream@sha256:0011223344556677889900aabbccddeeff00112233445566778899aabbccddee",
    "integrity sha512-z3Ky2mX9Vb4LmN8sWd3HfJ6yCg1AeUq7Rk2ZpX9vTb4LmN8sWd3HfJ6yCg1AeUq7Rk2ZpX9vTb==",
    "SHA256:Rk2ZpX9vTb4LmN8sWd3HfJ6yCg1AeUq7Rk2ZpX9vTb4 (ED25519)",
    "uid: 8f7e6d5c-1234-4abc-9def-0123456789ab",
    "UID 8F7E6D5C-1234-4ABC-9DEF-0123456789AB",
    "/var/lib/kubelet/pods/8f7e6d5c-1234-4abc-9def-0123456789ab/volumes/kubernetes.io~secret/redis",
    "event-stream-7d9f8b6c5d-x2x7k",
    "Created pod: event-stream-7d9f8b6c5d-x2x7k on gke-monkeytown-default-pool-3f2a91bc-x7kq",
    "ReplicaSet/event-stream-7d9f8b6c5d is progressing",
    "deployment.apps/monkeytown-web-frontend-canary restarted",
    "monkeytown-web-abc123xyz-team.vercel.app",
    "https://monkeytown-web-git-feature-live-witnesses-anomalyco.vercel.app/api/health?check=all",
    "dpl_9XgBmZ3kPq7RtYvW2sLdN4fH is READY",
    "resourceVersion: \"184467440737095516\"",
    "resourceVersion=8412345678901234567890123456",
    "2026-11-27T21:38:54.123456789Z",
    "20261127T213854Z-snapshot-monkeytown-db",
    "backup-2026-11-27-21-38-54-000001-monkeytown",
    "/usr/local/share/ca-certificates/monkeytown/internal-root-2026.crt",
    "at io.netty.channel.AbstractChannelHandlerContext.invokeChannelRead(AbstractChannelHandlerContext.java:374)",
    "org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter",
    "java.lang.NoClassDefFoundError: io/netty/channel/AbstractChannelHandlerContext",
    "AbstractSingletonProxyFactoryBean",
    "Log4jHadoopConfigurationFactoryBean2",
    "com.amazonaws.services.s3.model.AmazonS3ExceptionTranslatorImpl",
    "requests.exceptions.HTTPSConnectionPoolTimeoutError",
    "HorizontalPodAutoscalerConditionScalingActive",
    "PersistentVolumeClaimResizeFailedOnController",
    "MountVolumeSetUpFailedPodSandboxStatusUnknown",
    "current_transaction_is_aborted_commands_ignored_until_end",
    "MAX_CONCURRENT_WITNESS_CONNECTIONS_PER_WORKER",
    "idle_in_transaction_session_timeout",
    "pg_stat_statements_reset_all_databases_2026",
    "the-event-stream-does-not-answer-since-the-last-release",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "arn:aws:rds:eu-central-1:123456789012:db:monkeytown-production-restored",
    "arn:aws:iam::123456789012:role/eks-monkeytown-node-group-NodeInstanceRole",
    "i-0a1b2c3d4e5f60718 in subnet-0a1b2c3d4e5f60718",
    "vol-0123456789abcdef0 is attached to ip-10-20-30-40.eu-central-1.compute.internal",
    "refs/heads/feature/live-witnesses-and-frozen-visualization",
    "github.com/anomalyco/monkeytown/actions/runs/12345678901/job/23456789012",
    "https://github.com/anomalyco/monkeytown/commit/9c1f3a7be0d24c58a6f01b7e5d3c2a1908f7e6d5",
    "node_modules/@types/react-dom/server/renderToPipeableStream",
    "packages/web/src/components/EventStreamVisualization/WitnessCounter.tsx",
    "trace_id=0af7651916cd43dd8448eb211c80319c",
    "\"traceId\": \"0af7651916cd43dd8448eb211c80319c\"",
    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "md5:d41d8cd98f00b204e9800998ecf8427e",
    "507f1f77bcf86cd799439011 is the document",
    "terraform-provider-aws_v5.31.0_x5",
    "module.monkeytown.aws_db_instance.production[0]: Refreshing state...",
    "Error: ImagePullBackOff: registry.monkeytown.ai/web:v1.42.0-rc.3-20261127",
    "############################################################",
    "------------------------------------------------------------",
];

/// What must not be read. Nobody's: made up for this table.
const SECRETS: [&str; 18] = [
    "q7Rk2ZpX9vTb4LmN8sWd3HfJ6yCg1AeU",
    "q7Rk2ZpX9vTb4LmN8sWd3HfJ",
    "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYaa",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzQmPLkEKEY",
    "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg==",
    "kR9+2xQ/Zb7Lm4Vt/8nWd3Hf+J6yCg1AeUq5Ts0=",
    "kR9-2xQ_Zb7Lm4Vt_8nWd3Hf-J6yCg1AeUq5Ts0",
    "kR9%2B2xQ%2FZb7Lm4Vt%2F8nWd3Hf%2BJ6yCg1AeUq5Ts0%3D",
    "SKa1b2c3d4e5f6071829a0b1c2d3e4f507",
    "0123456789abcdef0123456789abcdef",
    "d41d8cd98f00b204e9800998ecf8427ed41d8cd98f00b204",
    "x9k2m4q7w1z8r5t3y6u0p2a4s7d9f1g3",
    "X9K2M4Q7W1Z8R5T3Y6U0P2A4S7D9F1G3",
    "hvsCAESIJq2ZpX9vTb4LmN8sWd3HfJ6yCg1AeU",
    "glpatq7Rk2ZpX9vTb4LmN8sWd3",
    "npmq7Rk2ZpX9vTb4LmN8sWd3HfJ6yCg1AeUabcd",
    "SGq7Rk2ZpX9vTb4LmN8sWd_3HfJ6yCg1AeU",
    "r2D8v0LqXnW5tYbK1mZcP7sAhGjE4fUo",
];

#[test]
fn what_people_need_stays() {
    for text in NEEDED {
        assert_eq!(taken_out(text, ""), text);
        assert_eq!(taken_out(text, "message"), text);
    }
    let trace = "0af7651916cd43dd8448eb211c80319c";
    assert_eq!(taken_out(trace, "traceId"), trace, "its key says what it is");
}

#[test]
fn what_looks_like_a_secret_goes() {
    for secret in SECRETS {
        for around in ["{}", "key {} is refused", "x=\"{}\"", "({})", "a: {}, b", "https://x.example/{}?a=b"]
        {
            let text = around.replace("{}", secret);
            let shown = taken_out(&text, "");
            assert!(!shown.contains(secret) && shown.contains("[secret]"), "{text} became {shown}");
        }
    }
}

/// Always the same random secrets: one in a million looks like words, and would fail a test at night.
fn runner() -> TestRunner {
    let config = ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]))
}

#[test]
fn random_secrets_of_32_bytes_go_in_every_usual_form() {
    let base62: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').collect();
    let run = runner().run(&any::<([u8; 32], [u8; 11])>(), |(bytes, more)| {
        let base62: String =
            bytes.iter().chain(&more).map(|byte| base62[usize::from(*byte) % base62.len()]).collect();
        for secret in [STANDARD.encode(bytes), URL_SAFE_NO_PAD.encode(bytes), base62] {
            let shown = taken_out(&format!("token is {secret}\n"), "");
            prop_assert_eq!(shown, "token is [secret]\n", "{}", secret);
        }
        Ok(())
    });
    run.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn words_stay_however_they_are_joined(
        words in prop::collection::vec(prop::sample::select(&["event", "stream", "monkeytown", "Frontend", "worker", "Retry", "queue", "cluster"]), 4..9),
        join in prop::sample::select(&["-", "_", "/", ""]),
    ) {
        let text = words.join(join);
        prop_assert_eq!(taken_out(&text, ""), text);
    }

    #[test]
    fn any_text_is_taken(text in "\\PC{0,200}", name in "\\PC{0,20}") {
        let _ = taken_out(&text, &name);
    }
}
