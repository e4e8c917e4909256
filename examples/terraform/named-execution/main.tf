variable "role_arn" {
  description = "The role that executions take on. Pawl does not ask who may do what."
  type        = string
  default     = "arn:aws:iam::123456789012:role/step-functions"
}

variable "deployment_id" {
  description = "Names the execution: a deployment is processed once."
  type        = string
  default     = "2026-11-23.1"
}

variable "environment" {
  description = "development, staging or production"
  type        = string
  default     = "staging"
}

resource "aws_sfn_state_machine" "processor" {
  name       = "deployment-processor"
  role_arn   = var.role_arn
  definition = file("${path.module}/deployment-processor.asl.json")
}

action "aws_sfn_start_execution" "named" {
  config {
    state_machine_arn = aws_sfn_state_machine.processor.arn
    name              = "deployment-${var.deployment_id}"
    input = jsonencode({
      deployment_id = var.deployment_id
      environment   = var.environment
    })
  }
}

resource "terraform_data" "deployment" {
  input = {
    deployment_id = var.deployment_id
  }

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.aws_sfn_start_execution.named]
    }
  }
}
