//! The workflow. `tests/asl.rs` writes its output to `asl/`, where `main.tf` reads it with
//! `templatefile`.

use crate::domain::{Picture, PictureError, Thumbnail};
use crate::tasks::scale;
use stepwright::prelude::*;

/// The widths that the web site shows.
const WIDTHS: [u32; 3] = [160, 640, 1_280];

workflow! {
    /// Makes the thumbnails of a picture and lists them.
    pub workflow MakeThumbnails(picture: Picture) -> Vec<Thumbnail> {
        timeout 15m;
        lambda_retries;

        map ScaleAll {
            max_concurrency 2;
            let thumbnails = for width in WIDTHS {
                task Scale { let thumbnail = scale(picture, width); end thumbnail; }
            };
            catch PictureError::NoPicture { key } => NoPicture;
            next List;
        }

        /// A text with `%{..}`, which is a directive of Terraform's templates, stays unchanged.
        task List {
            service "arn:aws:states:::dynamodb:putItem" {
                TableName: placeholder!("PicturesTable"),
                Item: {
                    picture: { S: picture.key },
                    srcset: { S: thumbnails.iter().map(|one| format!("{} {}w", one.key, one.width)).collect::<Vec<_>>().join(", ") },
                    template: { S: "<img alt=\"%{alt}\">" }
                }
            };
            next Done;
        }

        succeed Done { thumbnails }
        fail NoPicture { "NoPicture", format!("{key} is no picture") }
    }
}
