//! Amazon S3, by its SDK integration.
//! <https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html>
//!
//! A Distributed Map reads objects itself: use [`Body::distributed_map`](crate::builder::Body) with
//! a reader.

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
    /// Writes an object. A body that is not a text is written as JSON.
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
    /// Returns the metadata of an object, without its content.
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
    /// The result of `s3:getObject`.
    GetObjectAnswer {
        /// The content.
        body: String = "Body",
    } optional {
        /// Its length in bytes.
        content_length: u64 = "ContentLength",
        /// Its content type.
        content_type: String = "ContentType",
        /// The object's entity tag.
        e_tag: String = "ETag",
        /// The time of its last modification.
        last_modified: String = "LastModified",
        /// Its user-defined metadata.
        metadata: serde_json::Value = "Metadata",
        /// Its version.
        version_id: String = "VersionId",
    }
}

answer! {
    /// The result of `s3:putObject`.
    PutObjectAnswer {
    } optional {
        /// The object's entity tag.
        e_tag: String = "ETag",
        /// Its version.
        version_id: String = "VersionId",
    }
}

answer! {
    /// The result of `s3:copyObject`.
    CopyObjectAnswer {
    } optional {
        /// The copy: `{"ETag", "LastModified"}`.
        copy_object_result: serde_json::Value = "CopyObjectResult",
        /// Its version.
        version_id: String = "VersionId",
    }
}

answer! {
    /// The result of `s3:deleteObject`.
    DeleteObjectAnswer {
    } optional {
        /// Whether the current version is now a delete marker.
        delete_marker: bool = "DeleteMarker",
        /// The version of the delete marker.
        version_id: String = "VersionId",
    }
}

answer! {
    /// The result of `s3:headObject`.
    HeadObjectAnswer {
    } optional {
        /// Its length in bytes.
        content_length: u64 = "ContentLength",
        /// Its content type.
        content_type: String = "ContentType",
        /// The object's entity tag.
        e_tag: String = "ETag",
        /// The time of its last modification.
        last_modified: String = "LastModified",
        /// Its user-defined metadata.
        metadata: serde_json::Value = "Metadata",
        /// Its version.
        version_id: String = "VersionId",
    }
}

answer! {
    /// The result of `s3:listObjectsV2`.
    ListObjectsV2Answer {
    } optional {
        /// The objects; `None` if there are none.
        contents: Vec<Object> = "Contents",
        /// The number of listed objects.
        key_count: u32 = "KeyCount",
        /// Whether there are more.
        is_truncated: bool = "IsTruncated",
        /// The token of the next page.
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
        /// Its entity tag.
        e_tag: String = "ETag",
        /// The time of its last modification.
        last_modified: String = "LastModified",
        /// Its storage class.
        storage_class: String = "StorageClass",
    }
}
