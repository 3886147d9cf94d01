#!/usr/bin/env bash
# The catalog lists the 47 operations of Elastic Beanstalk's API and any one's members.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

beantrail catalog >catalog.txt
operations=(
    AbortEnvironmentUpdate ApplyEnvironmentManagedAction AssociateEnvironmentOperationsRole
    CheckDNSAvailability ComposeEnvironments CreateApplication CreateApplicationVersion
    CreateConfigurationTemplate CreateEnvironment CreatePlatformVersion CreateStorageLocation
    DeleteApplication DeleteApplicationVersion DeleteConfigurationTemplate
    DeleteEnvironmentConfiguration DeletePlatformVersion DescribeAccountAttributes
    DescribeApplicationVersions DescribeApplications DescribeConfigurationOptions
    DescribeConfigurationSettings DescribeEnvironmentHealth
    DescribeEnvironmentManagedActionHistory DescribeEnvironmentManagedActions
    DescribeEnvironmentResources DescribeEnvironments DescribeEvents DescribeInstancesHealth
    DescribePlatformVersion DisassociateEnvironmentOperationsRole ListAvailableSolutionStacks
    ListPlatformBranches ListPlatformVersions ListTagsForResource RebuildEnvironment
    RequestEnvironmentInfo RestartAppServer RetrieveEnvironmentInfo SwapEnvironmentCNAMEs
    TerminateEnvironment UpdateApplication UpdateApplicationResourceLifecycle
    UpdateApplicationVersion UpdateConfigurationTemplate UpdateEnvironment UpdateTagsForResource
    ValidateConfigurationSettings
)
[ ${#operations[@]} = 47 ] || fault "the list above has ${#operations[@]}"
for operation in "${operations[@]}"; do
    grep -qw "$operation" catalog.txt || fault "the catalog lacks $operation"
    beantrail catalog "$operation" >one.txt || fault "catalog $operation: exit $?"
    [ -s one.txt ] || fault "catalog $operation says nothing"
done
beantrail catalog CreateEnvironment | grep 'applicationName' >/dev/null ||
    fault 'CreateEnvironment without applicationName'
refused 2 'CreateEnviroment.*did you mean.*CreateEnvironment' beantrail catalog CreateEnviroment
