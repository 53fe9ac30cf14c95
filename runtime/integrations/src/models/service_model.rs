use std::collections::HashMap;

/// The model of one service.
#[derive(Debug)]
pub(crate) struct ServiceModel {
    /// Its name in botocore, in the AWS CLI and in the variable `AWS_ENDPOINT_URL_<NAME>`.
    pub(crate) name: String,
    pub(crate) protocol: Protocol,
    /// `1.0` or `1.1`, for [`Protocol::Json`].
    pub(crate) json_version: String,
    pub(crate) api_version: String,
    /// The first part of the header `X-Amz-Target`, for [`Protocol::Json`].
    pub(crate) target_prefix: String,
    /// The service's name in signatures.
    pub(crate) signing_name: String,
    /// The host name on AWS, in which `{region}` stands for the region.
    pub(crate) host: Option<String>,
    /// The region in signatures, for a service that is in one region only.
    pub(crate) signing_region: Option<String>,
    pub(crate) xml_namespace: Option<String>,
    /// The operations by the names of the actions: `putItem`.
    pub(crate) operations: HashMap<String, Operation>,
    pub(crate) shapes: Vec<Shape>,
    /// The names of the modeled errors, by their codes.
    pub(crate) errors: HashMap<String, String>,
}

impl ServiceModel {
    pub(crate) fn shape(&self, at: ShapeIx) -> &Shape {
        // A number that the reader of the model made.
        self.shapes.get(at.0 as usize).unwrap_or(&Shape::Text)
    }

    /// Returns the structure with this number, or none for a shape of another kind.
    pub(crate) fn structure(&self, at: Option<ShapeIx>) -> Option<&Structure> {
        match self.shape(at?) {
            Shape::Structure(structure) => Some(structure),
            _ => None,
        }
    }
}

/// The protocol of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
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
pub(crate) struct Operation {
    /// Its name with a capital: `PutItem`.
    pub(crate) name: String,
    pub(crate) method: String,
    /// The path and the query, with names of members in braces: `/{Bucket}/{Key+}`.
    pub(crate) uri: String,
    /// A prefix of the host name on AWS, with names of members in braces.
    pub(crate) host_prefix: Option<String>,
    pub(crate) input: Option<ShapeIx>,
    pub(crate) output: Option<ShapeIx>,
    /// The name and the namespace of the root element of a request in XML, if they are not those of the input.
    pub(crate) input_element: Option<String>,
    pub(crate) input_namespace: Option<String>,
    /// The element around the output of [`Protocol::Query`].
    pub(crate) result_wrapper: Option<String>,
    pub(crate) needs_checksum: bool,
}

/// The number of a shape in its model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ShapeIx(pub(crate) u32);

/// The type of a value.
#[derive(Debug)]
pub(crate) enum Shape {
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
pub(crate) enum TimestampFormat {
    /// Seconds since 1970.
    Unix,
    Iso8601,
    /// The format of HTTP headers.
    Rfc822,
}

#[derive(Debug, Default)]
pub(crate) struct Structure {
    pub(crate) members: Vec<Member>,
    /// The member that is the body, by its position.
    pub(crate) payload: Option<usize>,
    /// The namespace of its elements, unless the member that has it as its shape has another one.
    pub(crate) namespace: Option<Namespace>,
    /// The members by all names that a definition may have for them.
    pub(crate) by_name: HashMap<String, usize>,
}

impl Structure {
    /// Returns the member with this name in a definition.
    pub(crate) fn member(&self, name: &str) -> Option<&Member> {
        self.members.get(*self.by_name.get(name)?)
    }

    pub(crate) fn payload(&self) -> Option<&Member> {
        self.members.get(self.payload?)
    }
}

#[derive(Debug)]
pub(crate) struct Member {
    /// The name in the API's documentation.
    pub(crate) name: String,
    /// The name in AWS SDK integrations.
    pub(crate) sdk_name: String,
    /// The name in optimized integrations.
    pub(crate) optimized_name: String,
    /// The name in requests and responses.
    pub(crate) wire_name: String,
    /// Whether the model gives the name in requests, for [`Protocol::Ec2`].
    pub(crate) has_wire_name: bool,
    /// The name in requests of [`Protocol::Ec2`], if it is special.
    pub(crate) query_name: Option<String>,
    pub(crate) location: Location,
    pub(crate) shape: ShapeIx,
    pub(crate) is_flattened: bool,
    pub(crate) is_attribute: bool,
    /// JSON as text in a header.
    pub(crate) is_json: bool,
    pub(crate) is_idempotency_token: bool,
    pub(crate) timestamp_format: Option<TimestampFormat>,
    pub(crate) namespace: Option<Namespace>,
}

/// The place of a member in a request or a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Location {
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
    pub(crate) fn is_in_body_of_response(self) -> bool {
        matches!(self, Self::Body | Self::Path | Self::Query)
    }
}

#[derive(Debug)]
pub(crate) struct List {
    pub(crate) item: ShapeIx,
    /// The element of an item; `member` by default.
    pub(crate) item_name: Option<String>,
    pub(crate) is_flattened: bool,
}

#[derive(Debug)]
pub(crate) struct MapShape {
    pub(crate) value: ShapeIx,
    pub(crate) key_name: String,
    pub(crate) value_name: String,
    pub(crate) is_flattened: bool,
}

/// An XML namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Namespace {
    pub(crate) prefix: Option<String>,
    pub(crate) uri: String,
}
