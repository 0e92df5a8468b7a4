using Plait.Hosting.Tests.Rows;

[assembly: AssemblyFixture(typeof(BuiltRows))]
