variable "role_arn" {
  description = "The role that executions take on. Pawl does not ask who may do what."
  type        = string
  default     = "arn:aws:iam::123456789012:role/step-functions"
}

variable "environment" {
  description = "production processes large batches and is patient; every other environment is not."
  type        = string
  default     = "development"
}

variable "data_source" {
  type    = string
  default = "orders"
}

variable "output_path" {
  type    = string
  default = "processed/orders"
}

variable "function_arn" {
  description = "The function that processes a batch: ../pawl.config.json says what it is on this machine."
  type        = string
  default     = "arn:aws:lambda:us-east-1:123456789012:function:process-batch"
}

locals {
  execution_config = var.environment == "production" ? {
    batch_size    = 1000
    max_retries   = 3
    timeout_hours = 24
    } : {
    batch_size    = 100
    max_retries   = 1
    timeout_hours = 2
  }
}

resource "aws_sfn_state_machine" "batch_processor" {
  name       = "batch-processor"
  role_arn   = var.role_arn
  definition = file("${path.module}/batch-processor.asl.json")
}

action "aws_sfn_start_execution" "batch_process" {
  config {
    state_machine_arn = aws_sfn_state_machine.batch_processor.arn
    input = jsonencode(merge(local.execution_config, {
      data_source = var.data_source
      output_path = var.output_path
      function    = var.function_arn
    }))

    wait_for_completion = true # Pawl's provider only
  }
}

resource "terraform_data" "processing" {
  input = {
    environment = var.environment
    data_source = var.data_source
  }

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.aws_sfn_start_execution.batch_process]
    }
  }
}
