variable "role_arn" {
  description = "The role that executions take on. Pawl does not ask who may do what."
  type        = string
  default     = "arn:aws:iam::123456789012:role/step-functions"
}

variable "environment" {
  type    = string
  default = "staging"
}

variable "app_version" {
  type    = string
  default = "2.0.0"
}

variable "workflow_steps" {
  description = "What is done, in order."
  type        = list(string)
  default     = ["extract", "transform", "load"]
}

variable "execution_tags" {
  type = map(string)
  default = {
    team = "data"
    cost = "batch"
  }
}

variable "function_arn" {
  description = "The function that does a step: ../pawl.config.json says what it is on this machine."
  type        = string
  default     = "arn:aws:lambda:us-east-1:123456789012:function:run-step"
}

resource "aws_sfn_state_machine" "worker" {
  name       = "step-worker"
  role_arn   = var.role_arn
  definition = file("${path.module}/step-worker.asl.json")
}

resource "aws_sfn_state_machine" "orchestrator" {
  name       = "orchestrator"
  role_arn   = var.role_arn
  definition = file("${path.module}/orchestrator.asl.json")
}

resource "terraform_data" "folders" {
  input = {
    input_folder  = "data/${var.environment}/in"
    output_folder = "data/${var.environment}/out"
    temp_folder   = "data/${var.environment}/tmp"
  }
}

action "aws_sfn_start_execution" "orchestrator" {
  config {
    state_machine_arn = aws_sfn_state_machine.orchestrator.arn
    input = jsonencode({
      workflow = {
        id    = "workflow-${formatdate("YYYYMMDD-hhmmss", plantimestamp())}"
        type  = "data-processing"
        steps = var.workflow_steps
      }
      resources = {
        compute = {
          worker   = aws_sfn_state_machine.worker.arn
          function = var.function_arn
        }
        storage = terraform_data.folders.output
        messaging = {
          success_topic = "workflow-succeeded-${var.environment}"
          error_topic   = "workflow-failed-${var.environment}"
        }
      }
      metadata = {
        created_by  = "terraform"
        environment = var.environment
        version     = var.app_version
        tags        = var.execution_tags
      }
    })

    wait_for_completion = true # Pawl's provider only
  }
}

resource "terraform_data" "workflow" {
  input = {
    steps   = var.workflow_steps
    version = var.app_version
  }

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.aws_sfn_start_execution.orchestrator]
    }
  }
}
