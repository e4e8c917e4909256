variable "role_arn" {
  description = "The role that executions take on. Pawl does not ask who may do what."
  type        = string
  default     = "arn:aws:iam::123456789012:role/step-functions"
}

variable "processing_data" {
  description = "What is processed."
  type = object({
    source       = string
    measurements = list(number)
  })
  default = {
    source       = "sensor-7"
    measurements = [3, 14, 15, 9, 2, 6]
  }
}

resource "aws_sfn_state_machine" "example" {
  name       = "traced-processor"
  role_arn   = var.role_arn
  definition = file("${path.module}/traced-processor.asl.json")

  tracing_configuration {
    enabled = true
  }
}

action "aws_sfn_start_execution" "traced" {
  config {
    state_machine_arn = aws_sfn_state_machine.example.arn
    trace_header      = "Root=${local.trace_id};Sampled=1"
    input = jsonencode({
      trace_id = local.trace_id
      data     = var.processing_data
    })
  }
}

resource "terraform_data" "processing" {
  input = {
    data = var.processing_data
  }

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.aws_sfn_start_execution.traced]
    }
  }
}
