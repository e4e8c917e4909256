terraform {
  required_version = ">= 1.14.1"

  required_providers {
    aws = {
      source = "pawl.internal/pawl/aws"
    }
  }
}

provider "aws" {
  region   = "us-east-1"
  endpoint = "pawl" # a Pawl on this machine; leave the line out for AWS
}
