variable "role_arn" {
  description = "The role that executions take on. Pawl does not ask who may do what."
  type        = string
  default     = "arn:aws:iam::123456789012:role/step-functions"
}

variable "app_version" {
  description = "What the pipeline deploys."
  type        = string
  default     = "1.4.0"
}

variable "environment" {
  type    = string
  default = "staging"
}

locals {
  stages    = ["ingest", "transform", "publish"]
  processor = file("${path.module}/processor.asl.json")

  deployment_id = "${var.app_version}-${substr(terraform_data.build.id, 0, 8)}"
}

# Replaced, and so with another id, for each version and for each change of what is deployed: each of them is checked, once.
resource "terraform_data" "build" {
  triggers_replace = {
    version   = var.app_version
    processor = local.processor
  }
}

resource "aws_sfn_state_machine" "processors" {
  for_each = toset(local.stages)

  name       = "pipeline-${each.key}"
  role_arn   = var.role_arn
  definition = local.processor
}

resource "aws_sfn_state_machine" "data_pipeline" {
  name       = "data-pipeline"
  role_arn   = var.role_arn
  definition = file("${path.module}/data-pipeline.asl.json")
}

resource "terraform_data" "artifact" {
  input = {
    name = "pipeline-${var.app_version}.zip"
  }
}

action "aws_sfn_start_execution" "post_deploy" {
  config {
    state_machine_arn = aws_sfn_state_machine.data_pipeline.arn
    name              = "post-deploy-${local.deployment_id}"
    input = jsonencode({
      deployment_id = local.deployment_id
      environment   = var.environment
      resources = {
        stages   = [for stage in local.stages : aws_sfn_state_machine.processors[stage].arn]
        artifact = terraform_data.artifact.output.name
      }
    })

    # A deployment that is not well fails the pipeline. These two are arguments of Pawl's provider.
    wait_for_completion = true
    timeout             = 300
  }
}

resource "terraform_data" "deploy_complete" {
  input = {
    deployment_id = local.deployment_id
  }

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.aws_sfn_start_execution.post_deploy]
    }
  }

  depends_on = [aws_sfn_state_machine.processors]
}
