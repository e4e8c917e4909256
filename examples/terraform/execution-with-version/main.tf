variable "role_arn" {
  description = "The role that executions take on. Pawl does not ask who may do what."
  type        = string
  default     = "arn:aws:iam::123456789012:role/step-functions"
}

variable "processing_config" {
  description = "How the report is built."
  type = object({
    format    = string
    rows      = number
    page_size = number
  })
  default = {
    format    = "csv"
    rows      = 120
    page_size = 50
  }
}

resource "aws_sfn_state_machine" "example" {
  name       = "report-builder"
  role_arn   = var.role_arn
  definition = file("${path.module}/report-builder.asl.json")
  publish    = true # each change of the definition is a new version
}

action "aws_sfn_start_execution" "versioned" {
  config {
    # The version that this configuration has published, whatever others publish meanwhile.
    state_machine_arn = aws_sfn_state_machine.example.state_machine_version_arn
    input = jsonencode({
      version = "v2"
      config  = var.processing_config
    })
  }
}

resource "terraform_data" "report" {
  input = {
    version = aws_sfn_state_machine.example.state_machine_version_arn
    config  = var.processing_config
  }

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.aws_sfn_start_execution.versioned]
    }
  }
}
