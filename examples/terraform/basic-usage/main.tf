variable "role_arn" {
  description = "The role that executions take on. Pawl does not ask who may do what."
  type        = string
  default     = "arn:aws:iam::123456789012:role/step-functions"
}

resource "aws_sfn_state_machine" "example" {
  name       = "greeter"
  role_arn   = var.role_arn
  definition = file("${path.module}/greeter.asl.json")
}

action "aws_sfn_start_execution" "example" {
  config {
    state_machine_arn = aws_sfn_state_machine.example.arn
    input = jsonencode({
      user_id = "12345"
      action  = "process"
    })
  }
}

resource "terraform_data" "example" {
  input = {
    revision = "1" # change it: the next apply starts an execution again
  }

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.aws_sfn_start_execution.example]
    }
  }
}
