//! The services of the AWS SDK integrations.

use std::fmt;
use std::sync::OnceLock;

/// A line a service, ordered by name, written by `derive.py`: the name, the prefixes of its IAM actions and of its errors, its name in the AWS command line (`-` for one that
/// is not there any more), and its actions by their first word: `put:Item,ItemTags`. After `!:` stand those that an integration cannot call.
const TABLE: &str = include_str!("services.txt");

/// A service that `arn:aws:states:::aws-sdk:<service>:<action>` may name.
#[derive(Clone, PartialEq, Eq)]
pub struct Service {
    name: &'static str,
    iam_prefix: &'static str,
    error_prefix: &'static str,
    command: &'static str,
    /// First words and what follows them, both in order.
    actions: Vec<(&'static str, &'static str)>,
    unsupported: &'static str,
}

impl Service {
    /// The name in a resource: `dynamodb`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What stands before the colon in its IAM actions: `dynamodb`.
    pub fn iam_prefix(&self) -> &'static str {
        self.iam_prefix
    }

    /// What stands before the dot in the names of its errors: `DynamoDb`.
    pub fn error_prefix(&self) -> &'static str {
        self.error_prefix
    }

    /// The service's name in the AWS command line and in botocore: `stepfunctions` for `sfn`. `None` for a service that AWS has retired.
    pub fn command(&self) -> Option<&'static str> {
        (self.command != "-").then_some(self.command)
    }

    /// Its actions as a resource names them: `putItem`. Empty for a service that AWS has retired: its actions are not known.
    pub fn actions(&self) -> impl Iterator<Item = String> {
        self.parts().map(|(verb, rest)| format!("{verb}{rest}"))
    }

    /// The action of this name but for capitals.
    pub(super) fn in_other_case(&self, action: &str) -> Option<String> {
        let same = |(verb, rest): &(&str, &str)| {
            let halves = action.get(..verb.len()).zip(action.get(verb.len()..));
            halves
                .is_some_and(|(a, b)| a.eq_ignore_ascii_case(verb) && b.eq_ignore_ascii_case(rest))
        };
        let (verb, rest) = self.parts().find(same)?;
        Some(format!("{verb}{rest}"))
    }

    /// The first word of each action, and the rest of it.
    fn parts(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let groups = self.actions.iter();
        groups.flat_map(|&(verb, list)| list.split(',').map(move |rest| (verb, rest)))
    }

    /// Whether its actions are known.
    pub fn has_actions(&self) -> bool {
        !self.actions.is_empty()
    }

    /// Whether it has an action of this name, spelled exactly so.
    pub fn has(&self, action: &str) -> bool {
        let (verb, rest) = split(action);
        self.after(verb).is_some_and(|list| contains(list, rest))
    }

    /// Whether an integration cannot call the action, though the service has it.
    pub fn is_unsupported(&self, action: &str) -> bool {
        !self.unsupported.is_empty() && contains(self.unsupported, action)
    }

    /// The actions that begin with this word, without it.
    pub(super) fn after(&self, verb: &str) -> Option<&'static str> {
        let index = self.actions.binary_search_by_key(&verb, |(verb, _)| verb);
        Some(self.actions.get(index.ok()?)?.1)
    }

    fn read(line: &'static str) -> Option<Service> {
        let mut words = line.split(' ');
        let mut service = Service {
            name: words.next()?,
            iam_prefix: words.next()?,
            error_prefix: words.next()?,
            command: words.next()?,
            actions: Vec::new(),
            unsupported: "",
        };
        for group in words {
            match group.split_once(':')? {
                ("!", list) => service.unsupported = list,
                (verb, list) => service.actions.push((verb, list)),
            }
        }
        Some(service)
    }
}

/// Without its hundreds of actions.
impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("name", &self.name)
            .field("iam_prefix", &self.iam_prefix)
            .field("error_prefix", &self.error_prefix)
            .field("command", &self.command)
            .finish_non_exhaustive()
    }
}

/// All of them, ordered by name.
pub fn services() -> &'static [Service] {
    static LOADED: OnceLock<Vec<Service>> = OnceLock::new();
    // A test holds that every line can be read.
    LOADED.get_or_init(|| TABLE.lines().filter_map(Service::read).collect())
}

/// The service of this name, spelled exactly so.
pub(super) fn get(name: &str) -> Option<&'static Service> {
    let all = services();
    let index = all.binary_search_by_key(&name, |service| service.name);
    all.get(index.ok()?)
}

/// The service that is known elsewhere by a name: to the command line, to IAM, or with other capitals and dashes.
pub(super) fn known_elsewhere(name: &str) -> Option<&'static Service> {
    let by: [fn(&Service) -> &'static str; 3] = [
        Service::name,
        |service| service.command,
        Service::iam_prefix,
    ];
    by.iter().find_map(|of| {
        let mut all = services().iter();
        all.find(|service| plain(of(service)).eq(plain(name)))
    })
}

/// The letters and digits of a name, all small.
fn plain(name: &str) -> impl Iterator<Item = u8> {
    let bytes = name.bytes().filter(|byte| !matches!(byte, b'-' | b'_'));
    bytes.map(|byte| byte.to_ascii_lowercase())
}

/// The first word of an action, and the rest of it: `put` and `Item`.
pub(super) fn split(action: &str) -> (&str, &str) {
    action.split_at(
        action
            .find(|c: char| c.is_ascii_uppercase())
            .unwrap_or(action.len()),
    )
}

/// Whether an ordered list with commas has a word: a binary search over the text itself.
fn contains(list: &str, word: &str) -> bool {
    let mut rest = list;
    while !rest.is_empty() {
        let middle = rest.len() / 2;
        let start = rest[..middle].rfind(',').map_or(0, |comma| comma + 1);
        let end = rest[start..]
            .find(',')
            .map_or(rest.len(), |comma| start + comma);
        match word.cmp(&rest[start..end]) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => rest = &rest[..start.saturating_sub(1)],
            std::cmp::Ordering::Greater => rest = rest.get(end + 1..).unwrap_or_default(),
        }
    }
    // An action may be its first word alone, as `publish` is.
    word.is_empty() && (list.is_empty() || list.starts_with(','))
}
