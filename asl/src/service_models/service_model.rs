//! The data of an API model: the protocol of a service, its operations and the types of values.

use std::collections::HashMap;

/// The model of one service.
#[derive(Debug)]
pub struct ServiceModel {
    /// Its name in botocore, in the AWS CLI and in the variable `AWS_ENDPOINT_URL_<NAME>`.
    pub name: String,
    pub protocol: Protocol,
    /// `1.0` or `1.1`, for [`Protocol::Json`].
    pub json_version: String,
    pub api_version: String,
    /// The first part of the header `X-Amz-Target`, for [`Protocol::Json`].
    pub target_prefix: String,
    /// The service's name in signatures.
    pub signing_name: String,
    /// The host name on AWS, in which `{region}` stands for the region.
    pub host: Option<String>,
    /// The region in signatures, for a service that is in one region only.
    pub signing_region: Option<String>,
    pub xml_namespace: Option<String>,
    /// The operations by the names of the actions: `putItem`.
    pub operations: HashMap<String, Operation>,
    pub shapes: Vec<Shape>,
    /// The names of the modeled errors, by their codes.
    pub errors: HashMap<String, String>,
}

impl ServiceModel {
    pub fn shape(&self, at: ShapeIx) -> &Shape {
        // A number that the reader of the model made.
        self.shapes.get(at.0 as usize).unwrap_or(&Shape::Text)
    }

    /// Returns the structure with this number, or none for a shape of another kind.
    pub fn structure(&self, at: Option<ShapeIx>) -> Option<&Structure> {
        match self.shape(at?) {
            Shape::Structure(structure) => Some(structure),
            _ => None,
        }
    }
}

/// The protocol of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// awsJson 1.0 and 1.1.
    Json,
    RestJson,
    RestXml,
    /// awsQuery.
    Query,
    /// ec2Query.
    Ec2,
}

/// An operation of an API.
#[derive(Debug)]
pub struct Operation {
    /// Its name with a capital: `PutItem`.
    pub name: String,
    pub method: String,
    /// The path and the query, with names of members in braces: `/{Bucket}/{Key+}`.
    pub uri: String,
    /// A prefix of the host name on AWS, with names of members in braces.
    pub host_prefix: Option<String>,
    pub input: Option<ShapeIx>,
    pub output: Option<ShapeIx>,
    /// The name and the namespace of the root element of a request in XML, if they are not those of
    /// the input.
    pub input_element: Option<String>,
    pub input_namespace: Option<String>,
    /// The element around the output of [`Protocol::Query`].
    pub result_wrapper: Option<String>,
    pub needs_checksum: bool,
}

/// The number of a shape in its model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShapeIx(pub u32);

/// The type of a value.
#[derive(Debug)]
pub enum Shape {
    Structure(Structure),
    List(List),
    Map(MapShape),
    Text,
    Boolean,
    Integer,
    Float,
    Blob,
    Timestamp(Option<TimestampFormat>),
    /// Any JSON.
    Document,
    /// A stream of events, which no task can read.
    EventStream,
}

/// The format of a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampFormat {
    /// Seconds since 1970.
    Unix,
    Iso8601,
    /// The format of HTTP headers.
    Rfc822,
}

#[derive(Debug, Default)]
pub struct Structure {
    pub members: Vec<Member>,
    /// The member that is the body, by its position.
    pub payload: Option<usize>,
    /// The namespace of its elements, unless the member that has it as its shape has another one.
    pub namespace: Option<Namespace>,
    /// The members by all names that a definition may have for them.
    pub by_name: HashMap<String, usize>,
}

impl Structure {
    /// Returns the member with this name in a definition.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.get(*self.by_name.get(name)?)
    }

    pub fn payload(&self) -> Option<&Member> {
        self.members.get(self.payload?)
    }
}

#[derive(Debug)]
pub struct Member {
    /// The name in the API's documentation.
    pub name: String,
    /// The name in AWS SDK integrations.
    pub sdk_name: String,
    /// The name in optimized integrations.
    pub optimized_name: String,
    /// The name in requests and responses.
    pub wire_name: String,
    /// Whether the model gives the name in requests, for [`Protocol::Ec2`].
    pub has_wire_name: bool,
    /// The name in requests of [`Protocol::Ec2`], if it is special.
    pub query_name: Option<String>,
    pub location: Location,
    pub shape: ShapeIx,
    pub is_flattened: bool,
    pub is_attribute: bool,
    /// JSON as text in a header.
    pub is_json: bool,
    pub is_idempotency_token: bool,
    pub timestamp_format: Option<TimestampFormat>,
    pub namespace: Option<Namespace>,
}

/// The place of a member in a request or a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    Body,
    Header,
    /// All headers with a prefix.
    Headers,
    Path,
    Query,
    StatusCode,
}

impl Location {
    /// Returns whether a member is in the body of a response, which has neither a path nor a query.
    pub fn is_in_body_of_response(self) -> bool {
        matches!(self, Self::Body | Self::Path | Self::Query)
    }
}

#[derive(Debug)]
pub struct List {
    pub item: ShapeIx,
    /// The element of an item; `member` by default.
    pub item_name: Option<String>,
    pub is_flattened: bool,
}

#[derive(Debug)]
pub struct MapShape {
    pub value: ShapeIx,
    pub key_name: String,
    pub value_name: String,
    pub is_flattened: bool,
}

/// An XML namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    pub prefix: Option<String>,
    pub uri: String,
}
