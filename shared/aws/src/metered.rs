//! The HTTP client of a service's client, with a meter on it.
//!
//! It stands below the retries, so that every attempt is counted, and below every client, so that none can be forgotten.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        connector_metadata::ConnectorMetadata,
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings,
            SharedHttpClient, SharedHttpConnector,
        },
        orchestrator::HttpRequest,
        runtime_components::{RuntimeComponents, RuntimeComponentsBuilder},
    },
};
use aws_smithy_types::config_bag::ConfigBag;

use crate::{Meter, Service};

/// Sends what the client under it sends, and counts it on the meter of whoever is calling.
#[derive(Debug)]
pub(crate) struct Metered {
    pub(crate) client: SharedHttpClient,
    pub(crate) service: Service,
}

impl HttpClient for Metered {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(MeteredConnector {
            connector: self.client.http_connector(settings, components),
            service: self.service,
        })
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.client.validate_base_client_config(components, config)
    }

    fn validate_final_config(
        &self,
        components: &RuntimeComponents,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.client.validate_final_config(components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.client.connector_metadata()
    }
}

#[derive(Debug)]
struct MeteredConnector {
    connector: SharedHttpConnector,
    service: Service,
}

impl HttpConnector for MeteredConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(meter) = Meter::current() else {
            return self.connector.call(request);
        };
        let bytes = request.body().content_length().unwrap_or(0);
        let under_way = meter.begin(self.service, request.method(), bytes);
        let answer = self.connector.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await;
            if let Ok(answer) = &answer {
                under_way.received(answer.body().content_length().unwrap_or(0));
            }
            answer
        })
    }
}
