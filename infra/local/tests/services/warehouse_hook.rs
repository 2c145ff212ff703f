use super::reqwest_client;
use orderly_local::services::{Listener, warehouse_hook::WarehouseHook};

#[tokio::test]
async fn deliveries_are_kept_as_they_came() {
    let hook = WarehouseHook::start(Listener::bind(0).await.unwrap());
    let post = || {
        let request = reqwest_client().post(hook.url()).header("Webhook-Id", "msg_1");
        request.body("{\"lines\":[]}").send()
    };
    assert_eq!(post().await.unwrap().status(), 204);
    hook.answer_with(axum::http::StatusCode::BAD_GATEWAY);
    assert_eq!(post().await.unwrap().status(), 502);
    let deliveries = hook.deliveries();
    assert_eq!(deliveries.len(), 2);
    assert_eq!(deliveries[0].path, "/picklists");
    assert_eq!(deliveries[0].header("webhook-id"), Some("msg_1"));
    assert_eq!(deliveries[0].body, "{\"lines\":[]}");
}
