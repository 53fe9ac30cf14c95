//! Amazon S3, by its SDK integration. <https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html>
//!
//! Distributed Maps read objects by themselves: [`Body::distributed_map`](crate::builder::Body) with a reader.

action! {
    /// Reads an object, as a text of at most 256 KiB.
    get_object = GetObject("aws-sdk:s3:getObject") -> GetObjectAnswer => token;
    bucket: Text = "Bucket",
    key: Text = "Key",
    {
        range: Text = "Range",
        version_id: Text = "VersionId",
    }
}

action! {
    /// Writes an object. A body that is no text is written as JSON.
    put_object = PutObject("aws-sdk:s3:putObject") -> PutObjectAnswer => token;
    bucket: Text = "Bucket",
    key: Text = "Key",
    {
        body: Json = "Body",
        content_type: Text = "ContentType",
        metadata: Json = "Metadata",
        server_side_encryption: Text = "ServerSideEncryption",
        storage_class: Text = "StorageClass",
        tagging: Text = "Tagging",
    }
}

action! {
    /// Copies an object; the source is `bucket/key`.
    copy_object = CopyObject("aws-sdk:s3:copyObject") -> CopyObjectAnswer => token;
    bucket: Text = "Bucket",
    copy_source: Text = "CopySource",
    key: Text = "Key",
    {
        metadata: Json = "Metadata",
        metadata_directive: Text = "MetadataDirective",
        storage_class: Text = "StorageClass",
    }
}

action! {
    /// Deletes an object.
    delete_object = DeleteObject("aws-sdk:s3:deleteObject") -> DeleteObjectAnswer => token;
    bucket: Text = "Bucket",
    key: Text = "Key",
    {
        version_id: Text = "VersionId",
    }
}

action! {
    /// Asks what an object is, without its content.
    head_object = HeadObject("aws-sdk:s3:headObject") -> HeadObjectAnswer => token;
    bucket: Text = "Bucket",
    key: Text = "Key",
    {
        version_id: Text = "VersionId",
    }
}

action! {
    /// Lists up to 1,000 objects.
    list_objects_v2 = ListObjectsV2("aws-sdk:s3:listObjectsV2") -> ListObjectsV2Answer => token;
    bucket: Text = "Bucket",
    {
        continuation_token: Text = "ContinuationToken",
        delimiter: Text = "Delimiter",
        max_keys: Number = "MaxKeys",
        prefix: Text = "Prefix",
        start_after: Text = "StartAfter",
    }
}

answer! {
    /// What `s3:getObject` gives.
    GetObjectAnswer {
        /// The content.
        body: String = "Body",
    } optional {
        /// Its length in bytes.
        content_length: u64 = "ContentLength",
        /// What it is.
        content_type: String = "ContentType",
        /// The object's tag.
        e_tag: String = "ETag",
        /// When it was written.
        last_modified: String = "LastModified",
        /// What its writer added.
        metadata: serde_json::Value = "Metadata",
        /// Its version.
        version_id: String = "VersionId",
    }
}

answer! {
    /// What `s3:putObject` gives.
    PutObjectAnswer {
    } optional {
        /// The object's tag.
        e_tag: String = "ETag",
        /// Its version.
        version_id: String = "VersionId",
    }
}

answer! {
    /// What `s3:copyObject` gives.
    CopyObjectAnswer {
    } optional {
        /// The copy: `{"ETag", "LastModified"}`.
        copy_object_result: serde_json::Value = "CopyObjectResult",
        /// Its version.
        version_id: String = "VersionId",
    }
}

answer! {
    /// What `s3:deleteObject` gives.
    DeleteObjectAnswer {
    } optional {
        /// Whether what is there now is a mark that it was deleted.
        delete_marker: bool = "DeleteMarker",
        /// The version of that mark.
        version_id: String = "VersionId",
    }
}

answer! {
    /// What `s3:headObject` gives.
    HeadObjectAnswer {
    } optional {
        /// Its length in bytes.
        content_length: u64 = "ContentLength",
        /// What it is.
        content_type: String = "ContentType",
        /// The object's tag.
        e_tag: String = "ETag",
        /// When it was written.
        last_modified: String = "LastModified",
        /// What its writer added.
        metadata: serde_json::Value = "Metadata",
        /// Its version.
        version_id: String = "VersionId",
    }
}

answer! {
    /// What `s3:listObjectsV2` gives.
    ListObjectsV2Answer {
    } optional {
        /// The objects; none where there are none.
        contents: Vec<Object> = "Contents",
        /// How many there are.
        key_count: u32 = "KeyCount",
        /// Whether there are more.
        is_truncated: bool = "IsTruncated",
        /// What asks for the next ones.
        next_continuation_token: String = "NextContinuationToken",
    }
}

answer! {
    /// An object in a list.
    Object {
        /// Its key.
        key: String = "Key",
    } optional {
        /// Its length in bytes.
        size: u64 = "Size",
        /// Its tag.
        e_tag: String = "ETag",
        /// When it was written.
        last_modified: String = "LastModified",
        /// Its class of storage.
        storage_class: String = "StorageClass",
    }
}
