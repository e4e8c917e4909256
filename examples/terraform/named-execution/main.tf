variable "role_arn" {
  description = "The role that executions take on. Pawl does not ask who may do what."
  type        = string
  default     = "arn:aws:iam::123456789012:role/step-functions"
}

variable "deployment_id" {
  description = "Names the execution: a deployment is processed once. Default: an id that Terraform makes up, and keeps."
  type        = string
  default     = ""
}

variable "environment" {
  description = "development, staging or production"
  type        = string
  default     = "staging"
}

resource "terraform_data" "default" {}

locals {
  deployment_id = coalesce(var.deployment_id, terraform_data.default.id)
}

resource "aws_sfn_state_machine" "processor" {
  name       = "deployment-processor"
  role_arn   = var.role_arn
  definition = file("${path.module}/deployment-processor.asl.json")
}

action "aws_sfn_start_execution" "named" {
  config {
    state_machine_arn = aws_sfn_state_machine.processor.arn
    name              = "deployment-${local.deployment_id}"
    input = jsonencode({
      deployment_id = local.deployment_id
      environment   = var.environment
    })
  }
}

resource "terraform_data" "deployment" {
  input = {
    deployment_id = local.deployment_id
  }

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.aws_sfn_start_execution.named]
    }
  }
}
