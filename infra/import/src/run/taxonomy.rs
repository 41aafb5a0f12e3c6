//! Sends what products refer to: brands, attributes and their groups. What the mall has of them is read first, in lists, so that
//! only what is missing or different is written.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt, TryStreamExt};
use kernel::{AttributeGroupKind, AttributeKind, BrandKind, Id, SlugKind};
use serde_json::Value;

use super::{count, refusal};
use crate::client::{MallClient, segment};
use crate::progress::{Progress, Stage};
use crate::read::{Pages, understood};
use crate::report::{ImportError, Refusal, Written};
use crate::said::{AttributeSaid, BrandSaid, Called, GroupSaid};
use crate::settle::{Said, Shown, settle};
use crate::source::Source;
use crate::taxonomy::{Form, Ids, Mentions, Taxonomy};

const ADMIN: &str = "/api/catalog/admin";

/// What products refer to by a name or an id, and where the mall lists it.
trait Named: Said {
    type Kind: SlugKind;
    /// Its list below `/api/catalog/admin`.
    const LIST: &'static str;
    /// The field of its id in that list.
    const ID: &'static str;
    /// How a report calls it.
    const WHAT: &'static str;

    fn called(&self) -> &Called;
    fn called_mut(&mut self) -> &mut Called;
}

impl Named for BrandSaid {
    type Kind = BrandKind;
    const LIST: &'static str = "brands";
    const ID: &'static str = "brand_id";
    const WHAT: &'static str = "brand";

    fn called(&self) -> &Called {
        &self.called
    }
    fn called_mut(&mut self) -> &mut Called {
        &mut self.called
    }
}

impl Named for GroupSaid {
    type Kind = AttributeGroupKind;
    const LIST: &'static str = "attribute-groups";
    const ID: &'static str = "group_id";
    const WHAT: &'static str = "group";

    fn called(&self) -> &Called {
        &self.called
    }
    fn called_mut(&mut self) -> &mut Called {
        &mut self.called
    }
}

impl Named for AttributeSaid {
    type Kind = AttributeKind;
    const LIST: &'static str = "attributes";
    const ID: &'static str = "attribute_id";
    const WHAT: &'static str = "attribute";

    fn called(&self) -> &Called {
        &self.called
    }
    fn called_mut(&mut self) -> &mut Called {
        &mut self.called
    }
}

/// Something on its way to the mall.
struct Wanted<S: Named> {
    line: u64,
    what: String,
    path: String,
    said: S,
    shown: Option<Shown<S::Content>>,
}

/// Things as the mall lists them, by their ids.
type Listed<S> = BTreeMap<Id<<S as Named>::Kind>, (String, Shown<<S as Said>::Content>)>;

/// Makes the brands, attributes and groups that the mall does not have yet, and brings those that it has to what the file says of
/// them. Answers by which ids the mall knows them, and what was refused.
pub(super) async fn send(
    mall: &MallClient,
    source: &Source,
    taxonomy: Taxonomy,
    progress: &Progress,
    written: &mut Written,
) -> Result<(Ids, Vec<Refusal>), ImportError> {
    let mut run = TaxonomyRun {
        mall,
        file: source.name(),
        stage: &progress.stage("taxonomy", taxonomy.len()),
        written,
        refused: Vec::new(),
    };
    let mut ids = Ids::default();
    let listed = list(mall, "", &taxonomy.brands).await?;
    let brands = meant(
        &format!("{ADMIN}/brands"),
        taxonomy.brands,
        listed,
        &mut ids.brands,
    );
    run.send(brands).await?;

    let forms = taxonomy.forms.into_iter();
    let forms = forms.map(|(category, form)| FormRead::of(mall, category, form));
    let mut forms = stream::iter(forms).buffered(mall.requests_in_flight());
    let (mut groups, mut attributes) = (Vec::new(), Vec::new());
    while let Some(form) = forms.try_next().await? {
        let (of_form, in_form) = form.meant(&mut ids);
        groups.extend(of_form);
        attributes.extend(in_form);
    }
    drop(forms);
    // Groups before what is in them.
    run.send(groups).await?;
    run.send(attributes).await?;
    Ok((ids, run.refused))
}

/// The form of a category as the file has it, and as the mall has it.
struct FormRead {
    category: u64,
    form: Form,
    groups: Listed<GroupSaid>,
    attributes: Listed<AttributeSaid>,
}

impl FormRead {
    async fn of(mall: &MallClient, category: u64, form: Form) -> Result<Self, ImportError> {
        let narrowed = format!("&category_id={category}");
        Ok(Self {
            category,
            groups: list(mall, &narrowed, &form.groups).await?,
            attributes: list(mall, &narrowed, &form.attributes).await?,
            form,
        })
    }

    /// Its groups and its attributes.
    fn meant(self, ids: &mut Ids) -> (Vec<Wanted<GroupSaid>>, Vec<Wanted<AttributeSaid>>) {
        let folder = format!("{ADMIN}/categories/{}", self.category);
        let mut group_ids = BTreeMap::new();
        let groups = meant(
            &format!("{folder}/attribute-groups"),
            self.form.groups,
            self.groups,
            &mut group_ids,
        );
        let mut mentions = self.form.attributes;
        for mention in mentions.values_mut() {
            let group = mention.said.group_id.take();
            mention.said.group_id = group.map(|id| group_ids.get(&id).cloned().unwrap_or(id));
        }
        let mut attribute_ids = BTreeMap::new();
        let attributes = meant(
            &format!("{folder}/attributes"),
            mentions,
            self.attributes,
            &mut attribute_ids,
        );
        let attribute_ids = attribute_ids.into_iter();
        ids.attributes
            .extend(attribute_ids.map(|(own, id)| ((self.category, own), id)));
        (groups, attributes)
    }
}

/// Of what the mall lists, that which the file may mean.
async fn list<S: Named>(
    mall: &MallClient,
    narrowed: &str,
    mentions: &Mentions<S::Kind, S>,
) -> Result<Listed<S>, ImportError> {
    let mut listed = Listed::<S>::new();
    if mentions.is_empty() {
        return Ok(listed);
    }
    let names: BTreeSet<&str> = mentions
        .values()
        .map(|mention| mention.said.called().name.as_str())
        .collect();
    let slugs: BTreeSet<_> = names
        .iter()
        .filter_map(|name| Id::of_name(name).ok())
        .collect();
    let list = format!("{ADMIN}/{}", S::LIST);
    let mut pages = Pages::of(mall, &list, narrowed);
    while let Some(rows) = pages.next::<Value>().await? {
        for row in rows {
            let id: Id<S::Kind> = understood(&list, row[S::ID].clone())?;
            let name: String = understood(&list, row["name"].clone())?;
            if mentions.contains_key(&id) || slugs.contains(&id) || names.contains(name.as_str()) {
                listed.insert(id, (name, understood(&list, row)?));
            }
        }
    }
    Ok(listed)
}

/// What the file means by each of these: the thing of that id, where the file gives an id and the mall has it; else the one that
/// is called so; else the one that was called so when it was made, which is also what a new one becomes. `ids` learns those that
/// the mall has otherwise than the file.
fn meant<S: Named>(
    folder: &str,
    mentions: Mentions<S::Kind, S>,
    listed: Listed<S>,
    ids: &mut BTreeMap<Id<S::Kind>, Id<S::Kind>>,
) -> Vec<Wanted<S>> {
    let mut wanted = Vec::new();
    for (own, mut mention) in mentions {
        let has_id = mention.by_id && listed.contains_key(&own);
        mention.said.called_mut().renames = has_id;
        let name = &mention.said.called().name;
        let id = if has_id {
            own.clone()
        } else {
            let of_name = listed.iter().find(|(_, (listed, _))| listed == name);
            let of_name = of_name.map(|(id, _)| id.clone());
            let made_so = || Id::of_name(name).unwrap_or_else(|_| own.clone());
            of_name.unwrap_or_else(made_so)
        };
        wanted.push(Wanted {
            line: mention.line,
            what: format!("{} {name}", S::WHAT),
            path: format!("{folder}/{}", segment(id.as_str())),
            shown: listed.get(&id).map(|(_, shown)| shown.clone()),
            said: mention.said,
        });
        if id != own {
            ids.insert(own, id);
        }
    }
    wanted
}

struct TaxonomyRun<'r> {
    mall: &'r MallClient,
    file: &'r str,
    stage: &'r Stage<'r>,
    written: &'r mut Written,
    refused: Vec<Refusal>,
}

impl TaxonomyRun<'_> {
    async fn send<S: Named>(&mut self, wanted: Vec<Wanted<S>>) -> Result<(), ImportError> {
        let (mall, stage) = (self.mall, self.stage);
        let requests = wanted.into_iter().map(|wanted| async move {
            let put = settle(mall, &wanted.path, &wanted.said, wanted.shown).await?;
            stage.step();
            Ok::<_, ImportError>((wanted.line, wanted.what, put))
        });
        let mut outcomes = stream::iter(requests).buffer_unordered(mall.requests_in_flight());
        while let Some((line, what, put)) = outcomes.try_next().await? {
            if let Err(reason) = count(put, self.written) {
                self.refused.push(refusal(self.file, line, what, reason));
            }
        }
        Ok(())
    }
}
