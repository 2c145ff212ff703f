//! The papers of a batch.

use crate::{
    App,
    paper::{answer, location, name_of, service},
};
use api::{Caller, Code, Error, Problem, Request, Response};
use app::batches::{self, Seen};
use domain::batch::{BatchStatus, Tote, WalkLine, WalkState};
use papers::{Notice, Paper, PickLine, Picklist};

/// What is left to pick or to put back, as one walk through the bins.
pub(crate) async fn picklist(app: &App, caller: &Caller, request: &Request) -> Result<Response, Error> {
    let id = request.path_param("batch")?;
    let seen = batches::read(&app.store, &id, &caller.scope()).await?;
    let location = location(app, &seen.batch.location).await?;
    let list = list(&seen, name_of(&seen.batch.location, location.as_ref()));
    if list.lines.is_empty() {
        return Err(Problem::new(Code::NothingToPick, "nothing of this batch is left to pick").into());
    }
    answer(app, "picklist", &Paper::Picklist(list))
}

fn list(Seen { id, batch, contents }: &Seen, location: String) -> Picklist {
    let line = |line: WalkLine| PickLine {
        bin: line.bin,
        sku: line.sku.to_string(),
        title: line.title,
        quantity: if line.state == WalkState::PutBack {
            line.quantity
        } else {
            line.quantity.saturating_sub(line.scanned)
        },
        tote: Some(line.tote.to_string()),
        notice: match line.state {
            WalkState::OnHold => Some(Notice::OnHold),
            WalkState::PutBack => Some(Notice::Cancelled),
            WalkState::ToPick | WalkState::Picked => None,
        },
    };
    let services = |tote: &Tote| {
        let now = tote.now(contents).filter(|now| now.fulfillment.is_to_pick_with(id));
        let of = |own| service(own, Some(&tote.name));
        now.map(|now| now.fulfillment.services.iter().map(of).collect::<Vec<_>>()).unwrap_or_default()
    };
    let walk = batch.walk(id, contents).into_iter();
    Picklist {
        number: id.to_string(),
        location,
        notice: (batch.status == BatchStatus::Cancelled).then_some(Notice::Cancelled),
        lines: walk.filter(|line| line.state != WalkState::Picked).map(line).filter(|line| line.quantity > 0).collect(),
        services: batch.totes.iter().flat_map(services).collect(),
    }
}
