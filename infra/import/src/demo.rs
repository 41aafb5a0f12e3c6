//! A demo catalogue: a small department store of invented brands, with pictures drawn by this crate.
//!
//! Its categories and products are files of the two formats that [`crate::import`] reads, so they take the same way into the
//! mall. Only the pictures come on top: the catalogue names them by their file (`1.png`), `pictures.csv` says how each looks,
//! and before a product is sent its pictures are drawn, put into the mall's bucket, and named by their public address.
//!
//! ```text
//! ../demo/categories.csv    the tree, ids 100100 to 100832: department, group and kind are the last three digits
//! ../demo/catalogue.jsonl   the products, ids D1001 to D8010
//! ../demo/pictures.csv      which drawing, in which colours, before which backdrop
//! gallery                   reads that table
//! drawings                  one function per kind of product
//! drawing, colour, shape    what those functions draw with
//! picture, raster           put a drawing before its backdrop and make pixels of it
//! ```

// Coordinates, angles and shares of colour; no money comes near.
#![allow(clippy::float_arithmetic)]

use aws_sdk_s3::primitives::ByteStream;
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::categories;
use crate::client::MallClient;
use crate::product::Product;
use crate::progress::Progress;
use crate::report::{ImportError, Report};
use crate::run;
use crate::source::Source;

mod colour;
mod drawing;
mod drawings;
mod gallery;
mod picture;
mod raster;
mod shape;

pub use gallery::{DemoPicture, demo_pictures};

const CATEGORIES: &str = include_str!("../demo/categories.csv");
const CATALOGUE: &str = include_str!("../demo/catalogue.jsonl");

/// Pictures drawn at the same time.
const DRAWN_AT_ONCE: usize = 2;
/// Pictures on their way to the bucket at the same time.
const PUT_AT_ONCE: usize = 8;
/// A picture keeps its address when a later version draws it better, so caches may keep it for a day, not for ever.
const CACHE_CONTROL: &str = "public, max-age=86400";

/// Where the demo catalogue's pictures go, and where a browser finds them.
#[derive(Clone, Debug)]
pub struct Pictures {
    s3: aws_sdk_s3::Client,
    bucket: String,
    public_base: String,
}

impl Pictures {
    /// Pictures go to `catalog/<product>/<n>.png` in the bucket and are shown as `<public_base>/catalog/<product>/<n>.png`.
    #[must_use]
    pub fn new(s3: aws_sdk_s3::Client, bucket: impl Into<String>, public_base: &str) -> Pictures {
        Pictures {
            s3,
            bucket: bucket.into(),
            public_base: public_base.trim_end_matches('/').to_owned(),
        }
    }

    async fn put_all(&self, progress: &Progress) -> Result<u64, ImportError> {
        let pictures = demo_pictures();
        let stage = &progress.stage("pictures", pictures.len());
        let drawn = stream::iter(pictures).map(draw).buffered(DRAWN_AT_ONCE);
        let put = drawn.map(|drawn| async move {
            let (key, png) = drawn?;
            self.put(key, png).await?;
            stage.step();
            Ok(1)
        });
        put.buffer_unordered(PUT_AT_ONCE)
            .try_fold(0, |sum, one| async move { Ok(sum + one) })
            .await
    }

    async fn put(&self, key: String, png: Vec<u8>) -> Result<(), ImportError> {
        let request = self
            .s3
            .put_object()
            .bucket(&self.bucket)
            .key(&key)
            .content_type("image/png");
        match request
            .cache_control(CACHE_CONTROL)
            .body(ByteStream::from(png))
            .send()
            .await
        {
            Ok(_) => Ok(()),
            Err(error) => Err(ImportError::StorePicture {
                key,
                bucket: self.bucket.clone(),
                source: Box::new(error),
            }),
        }
    }

    /// Makes addresses of the file names in the catalogue.
    fn address(&self, product: &mut Product) {
        let folder = format!("{}/catalog/{}", self.public_base, product.id);
        for image in &mut product.images {
            image.url = format!("{folder}/{}", image.url);
        }
        for image in product.skus.iter_mut().filter_map(|sku| sku.image.as_mut()) {
            *image = format!("{folder}/{image}");
        }
    }
}

/// Draws on a thread of its own: a picture takes tens of milliseconds.
async fn draw(picture: DemoPicture) -> Result<(String, Vec<u8>), ImportError> {
    let key = picture.key();
    match tokio::task::spawn_blocking(move || picture.draw()).await {
        Ok(Ok(png)) => Ok((key, png)),
        Ok(Err(error)) => Err(ImportError::DrawPicture {
            key,
            source: error.into(),
        }),
        Err(error) => Err(ImportError::DrawPicture {
            key,
            source: error.into(),
        }),
    }
}

/// Loads the demo catalogue into the mall: pictures first, then categories, products and receipts of their stock.
///
/// May be repeated, and started again after it was broken off at any point: pictures have fixed keys, and of the rest only what is
/// missing is sent. What is there already stays as it is: staff may have changed it in between.
///
/// # Errors
/// As [`crate::import`]; besides, [`ImportError::DrawPicture`] and [`ImportError::StorePicture`].
pub async fn load_demo(
    mall: &MallClient,
    pictures: &Pictures,
    progress: &Progress,
) -> Result<Report, ImportError> {
    let categories = categories::read(&Source::embedded("demo/categories.csv", CATEGORIES))?;
    let products = Source::embedded("demo/catalogue.jsonl", CATALOGUE);
    let put = pictures.put_all(progress).await?;
    let amend = |product: &mut Product| pictures.address(product);
    let mall = &mall.clone().adding_only();
    let report = run::send(mall, Some(categories), Some(products), amend, progress).await?;
    Ok(Report {
        pictures: put,
        ..report
    })
}
