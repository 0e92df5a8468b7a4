using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// Every import takes blittable values only: no marshalling stub is made at run time, which a cold worker would pay for.
[assembly: DisableRuntimeMarshalling]
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
