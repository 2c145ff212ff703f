//! Tables, their keys and their indexes.

use super::{
    Index, Keys, Projection, StreamView, Table, TemplateError, fields::Fields, resource::Resource, scope::Scope,
};

pub(super) fn read(scope: &Scope<'_>, resource: &Resource<'_>) -> Result<Table, TemplateError> {
    let mut fields = Fields::read(scope, resource.id, "", &resource.properties)?;
    fields.fixed("BillingMode", "PAY_PER_REQUEST")?;
    fields.ignore(&["DeletionProtectionEnabled", "PointInTimeRecoverySpecification", "SSESpecification", "Tags"]);
    let mut attributes = Vec::new();
    for mut attribute in fields.list_of_fields("AttributeDefinitions")? {
        attributes.push(attribute.required("AttributeName")?);
        if attribute.required("AttributeType")? != "S" {
            return Err(attribute.invalid("AttributeType", "S: keys are strings here", attribute.line()));
        }
        attribute.finish()?;
    }
    let mut indexes = Vec::new();
    for mut index in fields.list_of_fields("GlobalSecondaryIndexes")? {
        indexes.push(Index {
            name: index.required("IndexName")?,
            keys: keys(&mut index)?,
            projection: projection(index.fields("Projection")?)?,
        });
        index.finish()?;
    }
    let mut ttl = fields.fields("TimeToLiveSpecification")?;
    let ttl_attribute = ttl.text("AttributeName")?;
    let enabled = ttl.flag("Enabled")? == Some(true);
    let ttl_attribute = ttl_attribute.filter(|_| enabled);
    ttl.finish()?;
    let keys = keys(&mut fields)?;
    let stream = stream(fields.fields("StreamSpecification")?)?;
    fields.finish()?;
    Ok(Table { name: resource.id.to_owned(), attributes, keys, indexes, ttl_attribute, stream })
}

fn stream(mut fields: Fields<'_>) -> Result<Option<StreamView>, TemplateError> {
    let Some(view) = fields.text("StreamViewType")? else { return Ok(None) };
    let known = StreamView::ALL.into_iter().find(|known| known.name() == view);
    let names = StreamView::ALL.map(StreamView::name).join(", ");
    let known = known.ok_or_else(|| fields.invalid("StreamViewType", &names, fields.line()))?;
    fields.finish()?;
    Ok(Some(known))
}

fn keys(fields: &mut Fields<'_>) -> Result<Keys, TemplateError> {
    let (mut hash, mut range) = (None, None);
    for mut key in fields.list_of_fields("KeySchema")? {
        let name = key.required("AttributeName")?;
        match key.required("KeyType")?.as_str() {
            "HASH" => hash = Some(name),
            "RANGE" => range = Some(name),
            _ => return Err(key.invalid("KeyType", "HASH or RANGE", key.line())),
        }
        key.finish()?;
    }
    Ok(Keys { hash: hash.ok_or_else(|| fields.missing("KeySchema"))?, range })
}

fn projection(mut fields: Fields<'_>) -> Result<Projection, TemplateError> {
    let attributes = fields.texts("NonKeyAttributes")?;
    let projection = match fields.required("ProjectionType")?.as_str() {
        "ALL" => Projection::All,
        "KEYS_ONLY" => Projection::KeysOnly,
        "INCLUDE" => Projection::Include(attributes),
        _ => {
            return Err(fields.invalid("ProjectionType", "ALL, KEYS_ONLY or INCLUDE", fields.line()));
        }
    };
    fields.finish()?;
    Ok(projection)
}
