#!/usr/bin/env dotnet
#:project ../../../../src/Plait/Plait.csproj

return Row.Run();
