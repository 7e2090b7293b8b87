use std::net::SocketAddr;

use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;

use super::*;

async fn scene(team: Option<(&str, &str)>) -> (Vercel, SocketAddr) {
    let vercel = Vercel::new(Setup {
        clock: Clock::standing_at("2026-11-24T02:00:00Z".parse().unwrap()),
        token: "t".into(),
        project: "web".into(),
        team: team.map(|(id, slug)| (id.to_owned(), slug.to_owned())),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let api = vercel.api();
    tokio::spawn(async move { axum::serve(listener, api).await });
    (vercel, address)
}

async fn get(address: SocketAddr, token: &str, path: &str) -> (StatusCode, Value) {
    let answer =
        Client::new().get(format!("http://{address}{path}")).bearer_auth(token).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap_or_default())
}

#[tokio::test]
async fn a_wrong_token_and_what_it_may_not_see_are_refused_as_vercel_does() {
    let (_vercel, address) = scene(Some(("team_1", "town"))).await;
    for (token, path, status, code) in [
        ("x", "/v9/projects/web?slug=town", 403, "forbidden"),
        ("t", "/v9/projects/web?slug=other", 403, "forbidden"),
        ("t", "/v9/projects/web", 404, "not_found"),
        ("t", "/v9/projects/other?teamId=team_1", 404, "not_found"),
        ("t", "/v6/deployments?teamId=team_1", 404, "not_found"),
        ("t", "/v3/deployments/dpl_9/events?teamId=team_1", 404, "not_found"),
        ("t", "/v2/teams/team_2?teamId=team_1", 404, "not_found"),
        ("t", "/v0/anything?teamId=team_1", 404, "not_found"),
    ] {
        let (found, body) = get(address, token, path).await;
        assert_eq!((found.as_u16(), body["error"]["code"].as_str()), (status, Some(code)), "{path}");
    }
    assert_eq!(get(address, "t", "/v9/projects/web?slug=town").await.0, 200);
}

#[tokio::test]
async fn a_limit_tells_when_it_ends() {
    let (vercel, address) = scene(None).await;
    vercel.fault(Some(Fault::Limited(90)));
    let answer =
        Client::new().get(format!("http://{address}/v2/user")).bearer_auth("t").send().await.unwrap();
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["x-ratelimit-reset"], "1795485690");
    assert_eq!(vercel.calls(), [Call { target: "/v2/user".into(), status: 429 }]);
}
