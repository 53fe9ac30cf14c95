//! Looks up the text of a `Resource` in the tables.

use super::optimized::{self, OptimizedAction, ResourceField};
use super::permission::Permission;
use super::service::{self, Service, services, split};
use super::unknown::{ResourcePart, UnknownResource};
use crate::model::MachineType;
use crate::resource::{IntegrationPattern, Resource, ResourceKind};
use crate::similar::{is_slip, most_similar, nearest};

/// A known resource.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Integration<'r> {
    kind: ResolvedResource,
    service: &'r str,
    action: &'r str,
    pattern: IntegrationPattern,
}

/// The kind of a resource, with its table entry.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ResolvedResource {
    /// An optimized integration: `arn:aws:states:::lambda:invoke`.
    Optimized(&'static OptimizedAction),
    /// An action of the AWS SDK: `arn:aws:states:::aws-sdk:s3:getObject`.
    Sdk(&'static Service),
    /// A function by its own ARN: `arn:aws:lambda:eu-west-1:123456789012:function:charge`.
    Function(&'static OptimizedAction),
    /// An activity: `arn:aws:states:eu-west-1:123456789012:activity:approve`.
    Activity(&'static OptimizedAction),
}

impl<'r> Integration<'r> {
    /// The kind of the resource.
    pub fn kind(&self) -> ResolvedResource {
        self.kind
    }

    /// The service: `sqs`; `lambda` for functions, `states` for activities.
    pub fn service(&self) -> &'r str {
        self.service
    }

    /// The action: `sendMessage`; the name for functions and activities.
    pub fn action(&self) -> &'r str {
        self.action
    }

    /// The pattern in the resource.
    pub fn pattern(&self) -> IntegrationPattern {
        self.pattern
    }

    /// The patterns that the action supports.
    pub fn patterns(&self) -> &'static [IntegrationPattern] {
        match self.kind {
            ResolvedResource::Optimized(line)
            | ResolvedResource::Function(line)
            | ResolvedResource::Activity(line) => &line.patterns,
            ResolvedResource::Sdk(_) => &[
                IntegrationPattern::RequestResponse,
                IntegrationPattern::WaitForTaskToken,
            ],
        }
    }

    /// Whether AWS's documentation is contradictory about the resource's pattern.
    pub fn is_unsure(&self) -> bool {
        match self.kind {
            ResolvedResource::Optimized(line) => line.unsure.contains(&self.pattern),
            _ => false,
        }
    }

    /// Whether machines of this type may use it. Express machines only wait for the response of the
    /// service, and cannot use activities.
    pub fn runs_in(&self, machine_type: MachineType) -> bool {
        machine_type == MachineType::Standard
            || self.pattern == IntegrationPattern::RequestResponse
                && !matches!(self.kind, ResolvedResource::Activity(_))
    }

    /// The parameters whose value is an object of lists. The service does not start a task if a
    /// member is not a list. Only recorded parameters are included.
    pub fn lists_by_name(&self) -> &'static [&'static str] {
        match self.kind {
            ResolvedResource::Optimized(line) => &line.lists_by_name,
            ResolvedResource::Sdk(_)
            | ResolvedResource::Function(_)
            | ResolvedResource::Activity(_) => &[],
        }
    }

    /// The prefix before the dot in the names of its errors; `None` for activities, whose workers
    /// choose the names.
    pub fn error_prefix(&self) -> Option<&'static str> {
        match self.kind {
            ResolvedResource::Optimized(line)
            | ResolvedResource::Function(line)
            | ResolvedResource::Activity(line) => line.error_prefix,
            ResolvedResource::Sdk(service) => Some(service.error_prefix()),
        }
    }

    /// The permissions that the role needs for the resource's pattern. For SDK actions, only the
    /// usual name of the IAM action is known: `<iam prefix>:<Action>`.
    pub fn permissions(&self) -> impl Iterator<Item = &'static Permission> {
        let line = match self.kind {
            ResolvedResource::Optimized(line)
            | ResolvedResource::Function(line)
            | ResolvedResource::Activity(line) => Some(line),
            ResolvedResource::Sdk(_) => None,
        };
        let sync = matches!(
            self.pattern,
            IntegrationPattern::Sync | IntegrationPattern::Sync2
        );
        line.into_iter().flat_map(move |line| {
            let more = line.sync_permissions.iter().filter(move |_| sync);
            line.permissions.iter().chain(more)
        })
    }
}

/// Looks up the `Resource` of a Task. The partition (`aws`, `aws-cn`, ..) is ignored.
///
/// # Errors
///
/// If the tables do not contain it. The error suggests the most similar resource. A text with a
/// `${substitution}` is unknown, too.
pub fn lookup(resource: &str) -> Result<Integration<'_>, UnknownResource> {
    find(resource, true)
}

/// Looks up the `Resource` of an `ItemReader`.
///
/// # Errors
///
/// See [`lookup`].
pub fn lookup_item_reader(resource: &str) -> Result<&'static OptimizedAction, UnknownResource> {
    in_map(resource, ResourceField::ItemReader)
}

/// Looks up the `Resource` of a `ResultWriter`.
///
/// # Errors
///
/// See [`lookup`].
pub fn lookup_result_writer(resource: &str) -> Result<&'static OptimizedAction, UnknownResource> {
    in_map(resource, ResourceField::ResultWriter)
}

fn in_map(
    resource: &str,
    place: ResourceField,
) -> Result<&'static OptimizedAction, UnknownResource> {
    let question = LookupQuery::new(resource, true);
    let Some(name) = question.resource.integration() else {
        return Err(question.unknown(ResourcePart::Resource, None));
    };
    optimized::get(place, name).ok_or_else(|| {
        let names = optimized::at(place).map(|line| line.resource);
        question.unknown(
            ResourcePart::Action,
            nearest(name, names).map(str::to_owned),
        )
    })
}

/// [`lookup`], with or without the search for a suggestion, which is slow for thousands of
/// resources.
pub fn find(resource: &str, suggest: bool) -> Result<Integration<'_>, UnknownResource> {
    let question = LookupQuery::new(resource, suggest);
    let resource = question.resource;
    let Some(name) = resource.integration() else {
        let Some(name) = resource.name() else {
            return Err(question.unknown(ResourcePart::Resource, None));
        };
        let (bare, kind, service): (_, fn(_) -> ResolvedResource, _) = match resource.kind() {
            ResourceKind::Activity => ("activity", ResolvedResource::Activity, "states"),
            _ => ("function", ResolvedResource::Function, "lambda"),
        };
        let line = optimized::get(ResourceField::Task, bare);
        return question.own_arn(line.map(kind), service, name);
    };
    match name.strip_prefix("aws-sdk:") {
        Some(name) => question.sdk(name),
        None => question.optimized(name),
    }
}

struct LookupQuery<'r> {
    resource: Resource<'r>,
    suggest: bool,
}

impl<'r> LookupQuery<'r> {
    fn new(resource: &'r str, suggest: bool) -> LookupQuery<'r> {
        LookupQuery {
            resource: Resource::parse(resource),
            suggest,
        }
    }

    fn own_arn(
        &self,
        kind: Option<ResolvedResource>,
        service: &'static str,
        action: &'r str,
    ) -> Result<Integration<'r>, UnknownResource> {
        let kind = kind.ok_or_else(|| self.unknown(ResourcePart::Resource, None))?;
        Ok(Integration {
            kind,
            service,
            action,
            pattern: IntegrationPattern::RequestResponse,
        })
    }

    fn optimized(&self, name: &'r str) -> Result<Integration<'r>, UnknownResource> {
        let (service, rest) = name.split_once(':').unwrap_or((name, ""));
        let (action, suffix) = split_pattern(rest);
        let bare = &name[..name.len() - suffix.len()];
        // Functions and activities are in the table too, but have no action.
        let line =
            optimized::get(ResourceField::Task, bare).filter(|line| !line.action().is_empty());
        let Some(line) = line else {
            let is_service = actions().any(|line| line.service() == service);
            let what = if is_service {
                ResourcePart::Action
            } else {
                ResourcePart::Service
            };
            let doubt = is_service_name(service)
                && is_action_name(action)
                && IntegrationPattern::from_suffix(suffix).is_some()
                && !is_near_miss(service, action);
            let meant = self.instead(service, action, is_service);
            return Err(self.unknown(what, meant).doubtful(doubt));
        };
        let has = |pattern: IntegrationPattern| {
            line.patterns.contains(&pattern) || line.unsure.contains(&pattern)
        };
        match IntegrationPattern::from_suffix(suffix).filter(|pattern| has(*pattern)) {
            Some(pattern) => Ok(Integration {
                kind: ResolvedResource::Optimized(line),
                service,
                action,
                pattern,
            }),
            None => Err(self.no_pattern(bare, suffix, &line.patterns)),
        }
    }

    /// The suggestion for an unknown optimized integration: an action of the SDK, or one with a
    /// similar name.
    fn instead(&self, service: &str, action: &str, is_service: bool) -> Option<String> {
        if !self.suggest {
            return None;
        }
        // The optimized integration of the service is preferred over the SDK action, because it has
        // the same result and can wait for jobs.
        let own = service::known_elsewhere(service).map_or(service, |known| known.name());
        let mut of_service = actions()
            .filter(|line| line.service() == own || line.service().eq_ignore_ascii_case(service));
        if let Some(line) = of_service.find(|line| is_slip(action, line.action())) {
            return Some(format!("{}:{}", line.service(), line.action()));
        }
        let sdk = service::known_elsewhere(service)
            .and_then(|service| Some((service, service.in_other_case(action)?)));
        if let Some((service, action)) = sdk {
            return Some(format!("aws-sdk:{}:{action}", service.name()));
        }
        if is_service {
            let of_service = actions().filter(|line| line.service() == service);
            let meant = nearest(action, of_service.map(OptimizedAction::action))?;
            return Some(format!("{service}:{meant}"));
        }
        let meant = nearest(service, actions().map(OptimizedAction::service))?;
        let of_service = actions().filter(|line| line.service() == meant);
        let action = nearest(action, of_service.map(OptimizedAction::action))?;
        Some(format!("{meant}:{action}"))
    }

    fn sdk(&self, name: &'r str) -> Result<Integration<'r>, UnknownResource> {
        let (name, rest) = name.split_once(':').unwrap_or((name, ""));
        let (action, suffix) = split_pattern(rest);
        let Some(service) = service::get(name) else {
            let elsewhere = service::known_elsewhere(name);
            let meant = match elsewhere {
                Some(service) => Some(service.name()),
                None => self
                    .suggest
                    .then(|| nearest(name, services().iter().map(Service::name)))
                    .flatten(),
            };
            let unknown = self.unknown(
                ResourcePart::Service,
                meant.map(|meant| format!("aws-sdk:{meant}:{action}{suffix}")),
            );
            let doubt = is_service_name(name)
                && is_action_name(action)
                && elsewhere.is_none()
                && !services()
                    .iter()
                    .any(|service| is_slip(name, service.name()));
            return Err(unknown.doubtful(doubt));
        };
        if service.is_unsupported(&capitalized(action)) {
            return Err(self.unknown(ResourcePart::Action, None));
        }
        if action.is_empty() || service.has_actions() && !service.has(action) {
            let other_case = service.in_other_case(action);
            let doubt = is_action_name(action) && !is_near_action(service, action);
            let meant = other_case.or_else(|| self.similar_action(service, action));
            let unknown = self.unknown(
                ResourcePart::Action,
                meant.map(|meant| format!("aws-sdk:{name}:{meant}{suffix}")),
            );
            return Err(unknown.doubtful(doubt));
        }
        let patterns = [
            IntegrationPattern::RequestResponse,
            IntegrationPattern::WaitForTaskToken,
        ];
        match IntegrationPattern::from_suffix(suffix).filter(|pattern| patterns.contains(pattern)) {
            Some(pattern) => Ok(Integration {
                kind: ResolvedResource::Sdk(service),
                service: name,
                action,
                pattern,
            }),
            None => Err(self.no_pattern(&format!("aws-sdk:{name}:{action}"), suffix, &patterns)),
        }
    }

    fn similar_action(&self, service: &Service, action: &str) -> Option<String> {
        if !self.suggest {
            return None;
        }
        let actions: Vec<String> = service.actions().collect();
        nearest(action, actions.iter().map(String::as_str)).map(str::to_owned)
    }

    fn no_pattern(
        &self,
        name: &str,
        suffix: &str,
        patterns: &[IntegrationPattern],
    ) -> UnknownResource {
        let suffixes = || patterns.iter().map(|pattern| pattern.suffix());
        let meant = nearest(suffix, suffixes().filter(|suffix| !suffix.is_empty())).unwrap_or("");
        self.unknown(ResourcePart::Pattern, Some(format!("{name}{meant}")))
    }

    fn unknown(&self, what: ResourcePart, meant: Option<String>) -> UnknownResource {
        let partition = self.resource.partition();
        let meant = meant.map(|meant| format!("arn:{partition}:states:::{meant}"));
        UnknownResource {
            what,
            resource: self.resource.as_str().to_owned(),
            suggestion: meant
                .as_ref()
                .map(|meant| format!("did you mean `{meant}`?")),
            meant,
            doubt: false,
        }
    }
}

impl UnknownResource {
    /// The most similar known resource with the pattern of the unknown one, if no other of its kind
    /// is as similar.
    pub(crate) fn only_meant(&self) -> Option<String> {
        let meant = self.meant.as_deref()?;
        let name = Resource::parse(&self.resource).integration()?;
        let meant_name = Resource::parse(meant).integration()?;
        let (bare, suffix) = split_pattern(name);
        let complete = match split_pattern(meant_name) {
            (other, "") if other != bare => format!("{meant}{suffix}"),
            _ => meant.to_owned(),
        };
        let is_clear = is_only(name, meant_name) && find(&complete, false).is_ok();
        is_clear.then_some(complete)
    }

    fn doubtful(mut self, doubt: bool) -> UnknownResource {
        self.doubt = doubt;
        self
    }
}

/// Whether no other known name is as similar to an unknown one as `meant`.
fn is_only(name: &str, meant: &str) -> bool {
    let wanted = |word: &str, meant: &str, candidates: Vec<String>| {
        let found = most_similar(word, candidates.iter().map(String::as_str));
        found.is_some_and(|found| found.is_only && found.name == meant)
    };
    let ((name, suffix), (meant, meant_suffix)) = (split_pattern(name), split_pattern(meant));
    if name == meant {
        let all = IntegrationPattern::ALL.iter();
        let suffixes = all.map(|pattern| pattern.suffix().to_owned());
        return wanted(
            suffix,
            meant_suffix,
            suffixes.filter(|one| !one.is_empty()).collect(),
        );
    }
    let sdk = |name: &str| {
        let (service, action) = name.strip_prefix("aws-sdk:")?.split_once(':')?;
        Some((service.to_owned(), action.to_owned()))
    };
    match (sdk(name), sdk(meant)) {
        (Some((service, action)), Some((other, meant))) if service == other => {
            let actions = service::get(&service).map(|known| known.actions().collect());
            wanted(&action, &meant, actions.unwrap_or_default())
        }
        (Some((service, _)), Some((meant, _))) => {
            let all = services().iter().map(|service| service.name().to_owned());
            wanted(&service, &meant, all.collect())
        }
        // An optimized integration that is not one, but whose action the SDK has.
        (None, Some((service, action))) => {
            name.eq_ignore_ascii_case(&format!("{service}:{action}"))
        }
        _ => {
            let all = actions().map(|line| format!("{}:{}", line.service(), line.action()));
            wanted(name, meant, all.collect())
        }
    }
}

/// The action, and its pattern with the dot.
fn split_pattern(text: &str) -> (&str, &str) {
    text.split_at(text.find('.').unwrap_or(text.len()))
}

/// The optimized integrations that a Task names by service and action. Functions and activities are
/// not included.
fn actions() -> impl Iterator<Item = &'static OptimizedAction> {
    optimized::at(ResourceField::Task).filter(|line| !line.action().is_empty())
}

/// `InvokeAsync` for `invokeAsync`.
fn capitalized(action: &str) -> String {
    let mut chars = action.chars();
    match chars.next() {
        Some(first) => first.to_ascii_uppercase().to_string() + chars.as_str(),
        None => String::new(),
    }
}

/// Whether an unknown service and action are similar to known names: to an optimized integration or
/// its service, or to an SDK action without `aws-sdk:`.
fn is_near_miss(service: &str, action: &str) -> bool {
    let is_near_service = |line: &OptimizedAction| {
        line.service() != service
            && (line.service().eq_ignore_ascii_case(service) || is_slip(service, line.service()))
    };
    let sdk = service::known_elsewhere(service);
    let own = sdk.map_or(service, |sdk| sdk.name());
    let is_near_line = |line: &OptimizedAction| {
        (line.service() == service || line.service() == own) && is_slip(action, line.action())
    };
    actions().any(|line| is_near_service(line) || is_near_line(line))
        || sdk.is_some_and(|sdk| sdk.has_actions() && is_near_action(sdk, action))
}

/// Whether a service has an action with a similar name and the same first word.
fn is_near_action(service: &Service, action: &str) -> bool {
    let (verb, rest) = split(action);
    let same_verb = service.after(verb).into_iter();
    let mut same_verb = same_verb.flat_map(|list| list.split('|'));
    service.in_other_case(action).is_some() || same_verb.any(|known| is_slip(rest, known))
}

/// Whether a text has the syntax of a service name in a resource: `emr-serverless`.
fn is_service_name(text: &str) -> bool {
    let is_part = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
    text.starts_with(|char: char| char.is_ascii_lowercase()) && text.chars().all(is_part)
}

/// Whether a text has the syntax of an action name in a resource: `getObject`.
fn is_action_name(text: &str) -> bool {
    text.starts_with(|char: char| char.is_ascii_lowercase())
        && text.chars().all(|char| char.is_ascii_alphanumeric())
}
