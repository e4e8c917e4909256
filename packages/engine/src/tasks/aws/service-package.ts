import { readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Clients of the AWS SDK whose names have a hyphen, which the service's name in a Resource has not
 * (`aws-sdk:secretsmanager`, `@aws-sdk/client-secrets-manager`). Others are called as the service is.
 */
const HYPHENATED = `
acm-pca api-gateway app-mesh application-auto-scaling application-insights application-signals auto-scaling
auto-scaling-plans backup-gateway bcm-dashboards bcm-data-exports bcm-pricing-calculator bcm-recommended-actions
bedrock-agent bedrock-agent-runtime bedrock-agentcore bedrock-agentcore-control bedrock-data-automation
bedrock-data-automation-runtime bedrock-runtime chime-sdk-identity chime-sdk-media-pipelines chime-sdk-meetings
chime-sdk-messaging chime-sdk-voice cloudfront-keyvaluestore cloudhsm-v2 cloudsearch-domain cloudtrail-data
cloudwatch-events cloudwatch-logs codeguru-reviewer codeguru-security codestar-connections codestar-notifications
cognito-identity cognito-identity-provider cognito-sync compute-optimizer config-service connect-contact-lens
cost-and-usage-report-service cost-explorer cost-optimization-hub customer-profiles data-pipeline
database-migration-service device-farm devops-guru direct-connect directory-service directory-service-data
docdb-elastic dynamodb-streams ec2-instance-connect ecr-public eks-auth elastic-beanstalk elastic-inference
elastic-load-balancing elastic-load-balancing-v2 elastic-transcoder elasticsearch-service emr-containers
emr-serverless finspace-data geo-maps geo-places geo-routes global-accelerator inspector-scan
iot-1click-devices-service iot-1click-projects iot-data-plane iot-events iot-events-data iot-jobs-data-plane
iot-managed-integrations iot-wireless ivs-realtime kendra-ranking kinesis-analytics kinesis-analytics-v2
kinesis-video kinesis-video-archived-media kinesis-video-media kinesis-video-signaling
kinesis-video-webrtc-storage launch-wizard lex-model-building-service lex-models-v2 lex-runtime-service
lex-runtime-v2 license-manager license-manager-linux-subscriptions license-manager-user-subscriptions
machine-learning managedblockchain-query marketplace-agreement marketplace-catalog
marketplace-commerce-analytics marketplace-deployment marketplace-entitlement-service marketplace-metering
marketplace-reporting mediapackage-vod mediastore-data medical-imaging migration-hub
migration-hub-refactor-spaces migrationhub-config neptune-graph network-firewall partnercentral-account
partnercentral-benefits partnercentral-channel partnercentral-selling payment-cryptography
payment-cryptography-data pca-connector-ad pca-connector-scep personalize-events personalize-runtime
pinpoint-email pinpoint-sms-voice pinpoint-sms-voice-v2 qldb-session rds-data redshift-data
redshift-serverless resource-explorer-2 resource-groups resource-groups-tagging-api route-53 route-53-domains
route53-recovery-cluster route53-recovery-control-config route53-recovery-readiness s3-control
sagemaker-a2i-runtime sagemaker-edge sagemaker-featurestore-runtime sagemaker-geospatial sagemaker-metrics
sagemaker-runtime secrets-manager security-ir service-catalog service-catalog-appregistry service-quotas
signer-data snow-device-management ssm-contacts ssm-guiconnect ssm-incidents ssm-quicksetup ssm-sap sso-admin
sso-oidc storage-gateway timestream-influxdb timestream-query timestream-write transcribe-streaming voice-id
vpc-lattice waf-regional workmailmessageflow workspaces-instances workspaces-thin-client workspaces-web
`;

/** Services that have another name in a Resource than their client's, hyphens aside. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  applicationdiscovery: "application-discovery-service",
  costandusagereport: "cost-and-usage-report-service",
  databasemigration: "database-migration-service",
  // Names of optimized integrations.
  elasticmapreduce: "emr",
  events: "eventbridge",
  states: "sfn",
};

const packages = new Map<string, string>();
for (const name of HYPHENATED.trim().split(/\s+/)) packages.set(withoutHyphens(name), name);

/**
 * The package with the client of a service, such as `@aws-sdk/client-cloudwatch-logs` for `cloudwatchlogs`.
 *
 * @param service the name in `arn:aws:states:::aws-sdk:SERVICE:ACTION`
 * @param folders where packages are looked for when the name is not known: a client that is newer than this table
 */
export function packageOf(service: string, folders: readonly string[] = []): string {
  const key = withoutHyphens(service);
  const known = Object.hasOwn(EXCEPTIONS, key) ? EXCEPTIONS[key] : (packages.get(key) ?? packages.get(`${key}service`));
  const name = known ?? installedName(key, folders) ?? service;
  return `@aws-sdk/client-${name}`;
}

function installedName(key: string, folders: readonly string[]): string | undefined {
  for (const folder of folders) {
    for (const name of clientsIn(join(folder, "node_modules", "@aws-sdk"))) {
      if (withoutHyphens(name) === key) return name;
    }
  }
  return undefined;
}

function clientsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith("client-"))
      .map((name) => name.slice("client-".length));
  } catch {
    return [];
  }
}

function withoutHyphens(name: string): string {
  return name.replaceAll("-", "");
}
