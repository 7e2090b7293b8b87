//! A small Kubernetes: the API as its documentation says it is, for one deployment, behind TLS and by a token. What it does not know it
//! refuses as a real one does, and it takes no word of a request that it does not understand.

use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State as Shared};
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use howler::app;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::controller::Town;
use super::protobuf;
use crate::harness::tls;

pub const TOKEN: &str = "opaque-cluster-token";
pub const NAMESPACE: &str = "monkeytown";

/// Clones are the same one.
#[derive(Clone)]
pub struct Cluster {
    town: Arc<Mutex<Town>>,
    /// What was changed, as it came.
    patches: Arc<Mutex<Vec<String>>>,
    pub port: u16,
}

/// Why a request is refused: Kubernetes' `Status`.
type Refusal = (u16, &'static str, String);
type Answer = Result<Value, Refusal>;

/// What there is: the group and version, its name, its kind, what may be done with it, and its short name.
const RESOURCES: [(&str, &str, &str, &[&str], &str); 7] = [
    ("v1", "pods", "Pod", &["get", "list"], "po"),
    ("v1", "pods/log", "Pod", &["get"], ""),
    ("v1", "secrets", "Secret", &["get", "list", "create", "update"], ""),
    ("apps/v1", "deployments", "Deployment", &["get", "list", "patch", "watch"], "deploy"),
    ("apps/v1", "deployments/scale", "Scale", &["get", "patch"], ""),
    ("apps/v1", "replicasets", "ReplicaSet", &["get", "list"], "rs"),
    ("autoscaling/v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", &["get", "list"], "hpa"),
];

impl Cluster {
    pub async fn start(town: Town) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let plain = listener.local_addr().unwrap().port();
        let port = tls::before(plain).await;
        let cluster = Self { town: Arc::new(Mutex::new(town)), patches: Arc::default(), port };
        let router = Router::new().fallback(call).with_state(cluster.clone());
        tokio::spawn(app::serve(listener, router, std::future::pending()));
        cluster
    }

    /// To look at and to change.
    pub fn town(&self) -> MutexGuard<'_, Town> {
        self.town.lock().unwrap()
    }

    pub fn patches(&self) -> Vec<String> {
        self.patches.lock().unwrap().clone()
    }

    /// What `kubectl` and `helm` read to find it, with this token.
    pub fn kubeconfig(&self, token: &str) -> String {
        json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{ "name": "prod", "cluster": {
                "server": format!("https://localhost:{}", self.port),
                "certificate-authority": tls::AUTHORITY,
            } }],
            "users": [{ "name": "howler", "user": { "token": token } }],
            "contexts": [{ "name": "prod", "context": { "cluster": "prod", "user": "howler" } }],
        })
        .to_string()
    }

    fn answer(&self, asked: &Asked) -> Answer {
        let of = |group: &str| asked.path.strip_prefix(&format!("{group}/namespaces/{NAMESPACE}/"));
        match asked.path.as_str() {
            "/version" => return Ok(json!({ "major": "1", "minor": "32", "gitVersion": "v1.32.3" })),
            "/api" => return Ok(json!({ "kind": "APIVersions", "versions": ["v1"] })),
            "/apis" => return Ok(groups()),
            "/api/v1" => return Ok(resources("v1")),
            "/apis/apps/v1" => return Ok(resources("apps/v1")),
            "/apis/autoscaling/v2" => return Ok(resources("autoscaling/v2")),
            _ => {}
        }
        let found = of("/api/v1").map(|rest| ("v1", rest));
        let found = found.or_else(|| of("/apis/apps/v1").map(|rest| ("apps/v1", rest)));
        let found = found.or_else(|| of("/apis/autoscaling/v2").map(|rest| ("autoscaling/v2", rest)));
        let (group, rest) = found.ok_or_else(no_such_path)?;
        let parts: Vec<&str> = rest.split('/').collect();
        let (resource, name, sub) = match parts.as_slice() {
            [resource] => ((*resource).to_owned(), None, None),
            [resource, name] => ((*resource).to_owned(), Some(*name), None),
            [resource, name, sub] => (format!("{resource}/{sub}"), Some(*name), Some(*sub)),
            _ => return Err(no_such_path()),
        };
        let is_it = |known: &&(&str, &str, &str, &[&str], &str)| known.0 == group && known.1 == resource;
        let (.., kind, verbs, _) = RESOURCES.iter().find(is_it).ok_or_else(no_such_path)?;
        let verb = match (&asked.method, name) {
            (&Method::GET, Some(_)) => "get",
            (&Method::GET, None) => "list",
            (&Method::PATCH, Some(_)) => "patch",
            (&Method::POST, None) => "create",
            (&Method::PUT, Some(_)) => "update",
            _ => "other",
        };
        if !verbs.contains(&verb) {
            let why =
                format!("{resource} is forbidden: User \"howler\" cannot {verb} resource \"{resource}\"");
            return Err((403, "Forbidden", why));
        }
        asked.understood(verb, sub)?;
        let mut town = self.town();
        match (verb, name) {
            ("list", _) => {
                let kept = town.list(&resource).into_iter().filter(|one| asked.selects(one));
                let items: Vec<Value> = kept.collect();
                let metadata = json!({ "resourceVersion": "1204" });
                Ok(
                    json!({ "apiVersion": group, "kind": format!("{kind}List"), "metadata": metadata, "items": items }),
                )
            }
            ("get", Some(name)) => {
                let found = match sub {
                    Some("log") => Some(Value::String(town.log(name))),
                    Some("scale") => Some(town.scale()),
                    _ => town.list(&resource).into_iter().find(|one| one["metadata"]["name"] == name),
                };
                let mut found = found.ok_or_else(|| not_found(group, &resource, name))?;
                if let Some(object) = found.as_object_mut() {
                    object.insert("apiVersion".into(), group.into());
                    object.insert("kind".into(), (*kind).into());
                }
                Ok(found)
            }
            ("patch", Some(name)) if name == town.name() => {
                self.patches.lock().unwrap().push(String::from_utf8(asked.body.clone()).unwrap());
                let body: Value = serde_json::from_slice(&asked.body)
                    .map_err(|error| (400, "BadRequest", format!("error decoding patch: {error}")))?;
                let wrong = |why: String| (422, "Invalid", why);
                match (sub, asked.kind.as_str()) {
                    (Some("scale"), "application/merge-patch+json") => {
                        town.scale_to(&body).map_err(wrong)?;
                        Ok(town.scale())
                    }
                    (None, "application/strategic-merge-patch+json") => town.merge(&body).map_err(wrong),
                    (None, "application/json-patch+json") => town.json_patch(&body).map_err(wrong),
                    (_, kind) => Err((
                        415,
                        "UnsupportedMediaType",
                        format!("the body of the request was in an unknown format - {kind}"),
                    )),
                }
            }
            ("create" | "update", _) => {
                let unread = || (415, "UnsupportedMediaType", format!("{} is not read here", asked.kind));
                let body = protobuf::secret(&asked.body).ok_or_else(unread)?;
                town.keep(body.clone());
                Ok(body)
            }
            (_, name) => Err(not_found(group, &resource, name.unwrap_or_default())),
        }
    }
}

/// A request, taken apart.
struct Asked {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    /// The content type.
    kind: String,
    body: Vec<u8>,
}

impl Asked {
    /// That every word of the query is one that the verb has.
    fn understood(&self, verb: &str, sub: Option<&str>) -> Result<(), Refusal> {
        let known: &[&str] = match (verb, sub) {
            ("list", _) => {
                &["labelSelector", "fieldSelector", "limit", "resourceVersion", "watch", "timeoutSeconds"]
            }
            ("get", Some("log")) => &["container", "sinceSeconds", "tailLines"],
            ("patch" | "create" | "update", _) => &["fieldManager", "dryRun", "fieldValidation"],
            _ => &[],
        };
        match self.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => {
                Err((400, "BadRequest", format!("this cluster does not know {name} of {verb}")))
            }
            None => Ok(()),
        }
    }

    fn given(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn selects(&self, one: &Value) -> bool {
        let labels = self.given("labelSelector").unwrap_or_default();
        let has = |pair: &str| match pair.split_once('=') {
            Some((key, value)) => one["metadata"]["labels"][key] == value,
            None => pair.is_empty(),
        };
        let by_name = self.given("fieldSelector").and_then(|field| field.strip_prefix("metadata.name="));
        labels.split(',').all(has) && by_name.is_none_or(|name| one["metadata"]["name"] == name)
    }
}

async fn call(Shared(cluster): Shared<Cluster>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if let Err(refusal) = admitted(&parts.headers) {
        return refused(refusal);
    }
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let asked = Asked {
        method: parts.method,
        path: parts.uri.path().trim_end_matches('/').to_owned(),
        query: serde_urlencoded::from_str(parts.uri.query().unwrap_or_default()).unwrap(),
        kind: header(&parts.headers, CONTENT_TYPE).to_owned(),
        body: body.to_vec(),
    };
    // Whoever watches is told of changes; here there are none while anybody does.
    if asked.given("watch") == Some("true") {
        let never = futures_util::stream::pending::<Result<String, std::io::Error>>();
        return ([(CONTENT_TYPE, "application/json")], Body::from_stream(never)).into_response();
    }
    match cluster.answer(&asked) {
        Ok(Value::String(log)) => ([(CONTENT_TYPE, "text/plain")], log).into_response(),
        Ok(answer) => ([(CONTENT_TYPE, "application/json")], answer.to_string()).into_response(),
        Err(refusal) => refused(refusal),
    }
}

fn header(headers: &HeaderMap, name: axum::http::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn admitted(headers: &HeaderMap) -> Result<(), Refusal> {
    if header(headers, AUTHORIZATION) != format!("Bearer {TOKEN}") {
        return Err((401, "Unauthorized", "Unauthorized".into()));
    }
    let accepts = header(headers, ACCEPT);
    match accepts.contains("application/json") || accepts.contains("*/*") {
        true => Ok(()),
        false => Err((406, "NotAcceptable", format!("only application/json is served, and not {accepts}"))),
    }
}

fn no_such_path() -> Refusal {
    (404, "NotFound", "the server could not find the requested resource".into())
}

fn not_found(group: &str, resource: &str, name: &str) -> Refusal {
    let group = group.split_once('/').map(|(group, _)| format!(".{group}")).unwrap_or_default();
    (404, "NotFound", format!("{resource}{group} \"{name}\" not found"))
}

fn refused((code, reason, message): Refusal) -> Response {
    let status = json!({
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": code,
    });
    let code = StatusCode::from_u16(code).unwrap();
    (code, [(CONTENT_TYPE, "application/json")], status.to_string()).into_response()
}

fn groups() -> Value {
    let group = |name: &str, version: &str| {
        let version = json!({ "groupVersion": format!("{name}/{version}"), "version": version });
        json!({ "name": name, "versions": [version], "preferredVersion": version })
    };
    json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": [group("apps", "v1"), group("autoscaling", "v2")] })
}

fn resources(of: &str) -> Value {
    let those = RESOURCES.iter().filter(|(group, ..)| *group == of);
    let shown = those.map(|(_, name, kind, verbs, short)| {
        let singular = if name.contains('/') { String::new() } else { kind.to_lowercase() };
        let mut shown =
            json!({ "name": name, "singularName": singular, "namespaced": true, "kind": kind, "verbs": verbs });
        if !short.is_empty() {
            shown["shortNames"] = json!([short]);
        }
        if *kind == "Scale" {
            shown["group"] = json!("autoscaling");
            shown["version"] = json!("v1");
        }
        shown
    });
    json!({ "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": of, "resources": shown.collect::<Vec<_>>() })
}
