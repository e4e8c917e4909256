variable "role_arn" {
  description = "The role that executions take on. Pawl does not ask who may do what."
  type        = string
  default     = "arn:aws:iam::123456789012:role/step-functions"
}

resource "aws_sfn_state_machine" "example" {
  name       = "batch-importer"
  role_arn   = var.role_arn
  definition = file("${path.module}/batch-importer.asl.json")
  publish    = true
}

resource "aws_sfn_alias" "prod" {
  name        = "PROD"
  description = "What runs in production"

  routing_configuration {
    state_machine_version_arn = aws_sfn_state_machine.example.state_machine_version_arn
    weight                    = 100
  }
}

action "aws_sfn_start_execution" "production" {
  config {
    state_machine_arn = aws_sfn_alias.prod.arn
    input = jsonencode({
      environment = "production"
      batch_size  = 1000
    })
  }
}

resource "terraform_data" "import" {
  input = {
    version = aws_sfn_state_machine.example.state_machine_version_arn
  }

  lifecycle {
    # After: an alias moves to a new version while it is updated, and the import is to run with that one.
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.aws_sfn_start_execution.production]
    }
  }

  depends_on = [aws_sfn_alias.prod]
}
